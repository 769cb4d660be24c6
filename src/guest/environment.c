/* Building the environment without setenv, whose cost and failure modes are the C library's business. */
#include "environment.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum { OWN_VARIABLES = 6 };

static size_t length_of(char **list) {
  size_t count = 0;
  while (list[count] != NULL) count++;
  return count;
}

static const char *find(char **list, const char *name) {
  size_t length = strlen(name);
  for (; *list != NULL; list++)
    if (strncmp(*list, name, length) == 0 && (*list)[length] == '=') return *list + length + 1;
  return NULL;
}

static void put(char **list, char *entry) {
  size_t length = strcspn(entry, "=");
  for (; *list != NULL; list++)
    if (strncmp(*list, entry, length) == 0 && (*list)[length] == '=') break;
  *list = entry;
}

static bool put_named(char **list, const char *name, const char *value) {
  size_t name_length = strlen(name), value_length = strlen(value);
  char *entry = malloc(name_length + value_length + 2);
  if (entry == NULL) return false;
  memcpy(entry, name, name_length);
  entry[name_length] = '=';
  memcpy(entry + name_length + 1, value, value_length + 1);
  put(list, entry);
  return true;
}

char **environment_build(const struct identity *identity, char **requested, bool terminal) {
  char **list = calloc(length_of(environ) + length_of(requested) + OWN_VARIABLES + 1, sizeof *list);
  if (list == NULL) return NULL;
  for (char **entry = environ; *entry != NULL; entry++) put(list, *entry);
  bool made = put_named(list, "HOME", identity->home) && put_named(list, "USER", identity->name) &&
              put_named(list, "LOGNAME", identity->name) && put_named(list, "SHELL", identity->shell);
  if (made && terminal && find(list, "TERM") == NULL) made = put_named(list, "TERM", "xterm-256color");
  for (; *requested != NULL; requested++) put(list, *requested);
  if (made && find(list, "PATH") == NULL) made = put_named(list, "PATH", DEFAULT_PATH);
  return made ? list : NULL;
}

/* A text without an interpreter line is a shell script, as every shell and execvp hold it. */
static int execute(const char *path, char **argv, char **env) {
  execve(path, argv, env);
  if (errno != ENOEXEC) return errno;
  size_t count = length_of(argv);
  char **shell = calloc(count + 2, sizeof *shell);
  if (shell == NULL) return ENOMEM;
  shell[0] = (char *)"sh";
  shell[1] = (char *)path;
  for (size_t i = 1; i < count; i++) shell[i + 1] = argv[i];
  execve("/bin/sh", shell, env);
  return errno;
}

int environment_exec(char **argv, char **env) {
  if (strchr(argv[0], '/') != NULL) return execute(argv[0], argv, env);
  if (*argv[0] == '\0') return ENOENT;
  const char *path = find(env, "PATH");
  char candidate[PATH_MAX];
  int worst = ENOENT;
  for (const char *rest = path; rest != NULL;) {
    size_t length = strcspn(rest, ":");
    const char *directory = length == 0 ? "." : rest;
    int directory_length = length == 0 ? 1 : length < PATH_MAX ? (int)length : PATH_MAX;
    int written = snprintf(candidate, sizeof candidate, "%.*s/%s", directory_length, directory, argv[0]);
    if (written > 0 && (size_t)written < sizeof candidate) {
      int error = execute(candidate, argv, env);
      if (error == EACCES) worst = EACCES;
      else if (error != ENOENT && error != ENOTDIR) return error;
    }
    rest = rest[length] == ':' ? rest + length + 1 : NULL;
  }
  return worst;
}
