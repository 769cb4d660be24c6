/* A dash stands for what is to stay as it is. */
#include "attributes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "user.h"

enum { FAILED = 1, BAD_ARGUMENTS = 2, NO_PRINCIPAL = 3, PRINCIPAL_MAX = 64 };

bool attributes_is_asked(int argc, char **argv) {
  return argc > 1 && (strcmp(argv[1], "set-attributes") == 0 || strcmp(argv[1], "disk-use") == 0);
}

static int fail(int error) {
  fprintf(stderr, "%d %s\n", error, strerror(error));
  return FAILED;
}

static bool is_kept(const char *text) { return strcmp(text, "-") == 0; }

static bool find_owner(const char *owner, uid_t *uid) {
  struct identity identity;
  if (is_kept(owner)) return true;
  if (identity_find(owner, &identity) != 0) return false;
  *uid = identity.uid;
  return true;
}

static bool find_group(const char *group, gid_t *gid) {
  struct identity identity;
  char principal[PRINCIPAL_MAX];
  if (is_kept(group)) return true;
  int length = snprintf(principal, sizeof principal, "0:%s", group);
  if (length < 0 || length >= PRINCIPAL_MAX || identity_find(principal, &identity) != 0) return false;
  *gid = identity.gid;
  return true;
}

static int set(const char *path, const char *mode, const char *owner, const char *group) {
  uid_t uid = (uid_t)-1;
  gid_t gid = (gid_t)-1;
  char *end = NULL;
  unsigned long bits = is_kept(mode) ? 0 : strtoul(mode, &end, 8);
  if (bits > 07777 || (end != NULL && *end != '\0')) return BAD_ARGUMENTS;
  if (!find_owner(owner, &uid) || !find_group(group, &gid)) return NO_PRINCIPAL;
  /* The owner first: changing it takes the bits away by which a program runs as its owner. */
  if ((!is_kept(owner) || !is_kept(group)) && chown(path, uid, gid) < 0) return fail(errno);
  if (!is_kept(mode) && chmod(path, (mode_t)bits) < 0) return fail(errno);
  struct stat facts;
  return stat(path, &facts) < 0 ? fail(errno) : 0;
}

static int disk_use(const char *path) {
  struct statvfs facts;
  if (statvfs(path, &facts) < 0) return fail(errno);
  unsigned long long block = facts.f_frsize;
  printf("%llu %llu %llu\n", block * facts.f_blocks, block * (facts.f_blocks - facts.f_bfree), block * facts.f_bavail);
  return fflush(stdout) == 0 ? 0 : fail(errno);
}

int attributes_main(int argc, char **argv) {
  if (argc == 6 && strcmp(argv[1], "set-attributes") == 0) return set(argv[2], argv[3], argv[4], argv[5]);
  if (argc == 3 && strcmp(argv[1], "disk-use") == 0) return disk_use(argv[2]);
  fputs("usage: thaw-agent set-attributes PATH MODE OWNER GROUP | disk-use PATH\n", stderr);
  return BAD_ARGUMENTS;
}
