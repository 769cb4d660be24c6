/* A static binary has no NSS, and a sandbox needs none: /etc/passwd and /etc/group are the truth. */
#include "user.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_LIMIT = 1 << 20, FIELDS_MAX = 7 };

/* The whole file, NUL-terminated, until the next call; NULL when there is none. */
static char *slurp(const char *path) {
  static char text[FILE_LIMIT + 1];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return NULL;
  size_t length = 0;
  while (length < FILE_LIMIT) {
    ssize_t count = read(fd, text + length, FILE_LIMIT - length);
    if (count <= 0) break;
    length += (size_t)count;
  }
  close(fd);
  text[length] = '\0';
  return text;
}

/* Cuts the next line into its fields in place. Returns their number, -1 after the last line. */
static int next_line(char **text, char *fields[FIELDS_MAX]) {
  char *line = strsep(text, "\n");
  if (line == NULL) return -1;
  int count = 0;
  while (count < FIELDS_MAX && line != NULL) fields[count++] = strsep(&line, ":");
  return count;
}

static bool number(const char *text, uint32_t *value) {
  if (*text < '0' || *text > '9') return false;
  char *rest;
  errno = 0;
  unsigned long parsed = strtoul(text, &rest, 10);
  if (*rest != '\0' || errno != 0 || parsed >= UINT32_MAX) return false;
  *value = (uint32_t)parsed;
  return true;
}

static void copy(char *to, const char *from) {
  size_t length = strnlen(from, USER_FIELD_MAX - 1);
  memcpy(to, from, length);
  to[length] = '\0';
}

static bool find_user(const char *wanted, struct identity *identity) {
  char *text = slurp("/etc/passwd"), *fields[FIELDS_MAX];
  uint32_t uid, gid, wanted_uid;
  bool by_number = number(wanted, &wanted_uid);
  int count;
  while (text != NULL && (count = next_line(&text, fields)) >= 0) {
    if (count < 6 || !number(fields[2], &uid) || !number(fields[3], &gid)) continue;
    if (by_number ? uid != wanted_uid : strcmp(fields[0], wanted) != 0) continue;
    identity->uid = uid;
    identity->gid = gid;
    copy(identity->name, fields[0]);
    copy(identity->home, fields[5][0] == '/' ? fields[5] : "/");
    copy(identity->shell, count > 6 && fields[6][0] == '/' ? fields[6] : "/bin/sh");
    return true;
  }
  if (!by_number && strcmp(wanted, "root") != 0) return false;
  /* A number without an entry, or root in an image without the file. */
  identity->uid = by_number ? wanted_uid : 0;
  identity->gid = 0;
  copy(identity->name, identity->uid == 0 ? "root" : wanted);
  copy(identity->home, identity->uid == 0 ? "/root" : "/");
  copy(identity->shell, "/bin/sh");
  return true;
}

static bool is_member(char *members, const char *name) {
  char *member;
  while ((member = strsep(&members, ",")) != NULL)
    if (strcmp(member, name) == 0) return true;
  return false;
}

/* Collects the supplementary groups, and the group called `wanted` if there is one. */
static bool find_groups(const char *wanted, struct identity *identity) {
  uint32_t gid;
  bool found = wanted == NULL;
  if (wanted != NULL && number(wanted, &gid)) {
    identity->gid = gid;
    found = true;
  }
  char *text = slurp("/etc/group"), *fields[FIELDS_MAX];
  int count;
  identity->groups[0] = identity->gid;
  identity->group_count = 1;
  while (text != NULL && (count = next_line(&text, fields)) >= 0) {
    if (count < 4 || !number(fields[2], &gid)) continue;
    if (!found && strcmp(fields[0], wanted) == 0) {
      identity->gid = identity->groups[0] = gid;
      found = true;
    }
    if (gid != identity->gid && identity->group_count < GROUPS_MAX && is_member(fields[3], identity->name))
      identity->groups[identity->group_count++] = gid;
  }
  return found;
}

int identity_find(const char *user, struct identity *identity) {
  char name[USER_FIELD_MAX];
  if (strlen(user) >= sizeof name) return EINVAL;
  copy(name, *user == '\0' ? "root" : user);
  char *group = strchr(name, ':');
  if (group != NULL) *group++ = '\0';
  if (!find_user(name, identity)) return ENOENT;
  return find_groups(group, identity) ? 0 : ENOENT;
}
