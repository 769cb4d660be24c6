/* One root that a difference is replayed into: the chain of directories that are open, and what is done in the last one. */
#ifndef THAW_DIFF_ROOT_H
#define THAW_DIFF_ROOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "diff-limits.h"
#include "diff-parse.h"

struct place {
  /* -1: below a mount point, where nothing is done. */
  int fd;
  /* What new files here inherit and the source's did not have. */
  bool default_acl, group_inherited;
};

struct root {
  const char *path;
  struct place *places;
  int depth;
  uint64_t mount;
  /* The file being filled, or -1. */
  int file;
  /* Whom new files belong to by themselves. */
  uid_t uid;
  gid_t gid;
  uint64_t kept;
  /* Set once; then nothing more is done here. */
  int error;
  char where[320];
};

/* Opens it. The error stays in the root. */
void root_open(struct root *root, const char *path);
void root_close(struct root *root);
void root_fail(struct root *root, int error, const char *step, const struct entry *entry);

/* Goes into a directory, which it makes if need be. */
void root_enter(struct root *root, const char *name, const struct entry *entry);
/* Gives the last directory its final owner, mode and time, and leaves it. */
void root_leave(struct root *root, const struct facts *facts);
void root_delete(struct root *root, const char *name, const struct entry *entry);
/* A link, a device, a FIFO. */
void root_make(struct root *root, const char *name, const struct entry *entry);
/* A regular file: begun, filled, and given its facts. */
void root_begin_file(struct root *root, const char *name, const struct entry *entry);
void root_fill_file(struct root *root, const struct entry *entry, const uint8_t *bytes, size_t count, uint64_t offset);
void root_end_file(struct root *root, const struct entry *entry);

#endif
