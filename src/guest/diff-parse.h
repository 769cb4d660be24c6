/* Entries of a stream that may be anything: what comes out of here has been checked. */
#ifndef THAW_DIFF_PARSE_H
#define THAW_DIFF_PARSE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "diff-tar.h"
#include "diff-xattr.h"

struct facts {
  mode_t mode;
  uid_t uid;
  gid_t gid;
  struct timespec mtime;
};

struct entry {
  enum tar_type type;
  /* Names of at most DIFF_NAME_MAX bytes with a slash between them, none of them `.` or `..`. Empty: the root. */
  char *path;
  size_t path_length;
  /* Of a hard link a path as above; of a symbolic link any text. Else NULL. */
  const char *link;
  size_t link_length;
  struct facts facts;
  dev_t device;
  uint64_t stored;
  bool deleted, opaque, sparse;
  /* Of a sparse file: its size with the holes. */
  uint64_t real_size;
  struct xattr *xattrs;
  size_t xattr_count;
};

/*
 * Takes the next entry's headers; its content is then next in the input. False when the end entry was found
 * to be right and nothing follows. The strings are valid until the next call. Anything else ends the process.
 */
bool parse_next(struct entry *entry);
void parse_prepare(void);
/* Counts an entry and its content against the end entry. */
void parse_count(const struct entry *entry);
_Noreturn void parse_bad(const char *why);
/* Decimal digits and nothing else. */
bool parse_number(const char *text, size_t length, uint64_t *number);

#endif
