/*
 * tool scenario BASE WRITE... -- APPLY...   (agent commands; `{}` stands for the upper directory or the root)
 *   Two overlays of one lower tree on a tmpfs over BASE, in a mount namespace that ends with the tool. Standard input holds
 *   the script of the lower tree, `---`, and the script of the changes. Prints the trees if they differ: status 1.
 * tool ops DIR     Runs the script from standard input in a directory.
 * tool dump DIR    Describes a tree.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool.h"

enum { ARGUMENTS_MAX = 8 };


static void must(int result, const char *what) {
  if (result >= 0) return;
  perror(what);
  exit(3);
}

static void prepare(const char *base) {
  char text[256];
  must(unshare(CLONE_NEWNS), "unshare");
  must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
  must(mount("tmpfs", base, "tmpfs", 0, "size=256m,mode=755"), "tmpfs");
  must(chdir(base), "chdir");
  const char *const directories[] = {"lower", "a", "b", "a/upper", "a/work", "a/merged", "b/upper", "b/work", "b/merged"};
  for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) must(mkdir(directories[i], 0755), "mkdir");
  must(chdir("lower"), "chdir");
  ops_run(stdin);
  must(chdir(base), "chdir");
  for (const char *side = "ab"; *side != '\0'; side++) {
    char merged[16];
    snprintf(text, sizeof text, "lowerdir=lower,upperdir=%c/upper,workdir=%c/work,index=off,redirect_dir=off", *side, *side);
    snprintf(merged, sizeof merged, "%c/merged", *side);
    must(mount("overlay", merged, "overlay", 0, text), "overlay");
  }
}

static pid_t start(char **arguments, int in, int out, const char *place) {
  char *filled[ARGUMENTS_MAX + 1] = {0};
  char own[64];
  snprintf(own, sizeof own, "%s", place);
  for (int i = 0; i < ARGUMENTS_MAX && arguments[i] != NULL && strcmp(arguments[i], "--") != 0; i++)
    filled[i] = strcmp(arguments[i], "{}") == 0 ? own : arguments[i];
  pid_t pid = fork();
  must(pid, "fork");
  if (pid > 0) return pid;
  if (in >= 0) dup2(in, STDIN_FILENO);
  if (out >= 0) dup2(out, STDOUT_FILENO);
  execv(filled[0], filled);
  perror(filled[0]);
  _exit(3);
}

static void wait_for(pid_t pid, const char *what) {
  int status;
  must(waitpid(pid, &status, 0), "wait");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  fprintf(stderr, "%s: status %x\n", what, (unsigned)status);
  exit(2);
}

static char *dump(const char *path) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (out == NULL) exit(3);
  tree_dump(path, out);
  fclose(out);
  return text;
}

static int scenario(const char *base, char **arguments) {
  char **apply = arguments;
  while (*apply != NULL && strcmp(*apply, "--") != 0) apply++;
  if (*apply == NULL) return 3;
  prepare(base);
  must(chdir("a/merged"), "chdir");
  ops_run(stdin);
  must(chdir(base), "chdir");
  int ends[2];
  must(pipe2(ends, O_CLOEXEC), "pipe");
  pid_t writer = start(arguments, -1, ends[1], "a/upper"), reader = start(apply + 1, ends[0], -1, "b/merged");
  close(ends[0]);
  close(ends[1]);
  wait_for(writer, "write");
  wait_for(reader, "apply");
  must(chdir(base), "chdir");
  char *before = dump("a/merged");
  must(chdir(base), "chdir");
  char *after = dump("b/merged");
  int same = strcmp(before, after) == 0;
  if (!same) printf("%s---\n%s", before, after);
  free(before);
  free(after);
  return same ? 0 : 1;
}

int main(int argc, char **argv) {
  struct rlimit limit;
  umask(022);
  /* Describing a deep tree holds a descriptor a level. */
  must(getrlimit(RLIMIT_NOFILE, &limit), "limit");
  limit.rlim_cur = limit.rlim_max;
  must(setrlimit(RLIMIT_NOFILE, &limit), "limit");
  if (argc > 5 && strcmp(argv[1], "scenario") == 0) return scenario(argv[2], argv + 3);
  if (argc == 3 && strcmp(argv[1], "ops") == 0) {
    must(chdir(argv[2]), "chdir");
    ops_run(stdin);
    return 0;
  }
  if (argc == 3 && strcmp(argv[1], "dump") == 0) {
    tree_dump(argv[2], stdout);
    return 0;
  }
  fprintf(stderr, "usage: tool scenario BASE WRITE... -- APPLY... | ops DIR | dump DIR\n");
  return 3;
}
