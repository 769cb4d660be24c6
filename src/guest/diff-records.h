/* The pax records before an entry, as they were found. */
#ifndef THAW_DIFF_RECORDS_H
#define THAW_DIFF_RECORDS_H

#include "diff-parse.h"

enum record_kind {
  RECORD_PATH = 1 << 0,
  RECORD_LINK = 1 << 1,
  RECORD_SIZE = 1 << 2,
  RECORD_UID = 1 << 3,
  RECORD_GID = 1 << 4,
  RECORD_TIME = 1 << 5,
  RECORD_OPAQUE = 1 << 6,
  RECORD_SPARSE_MAJOR = 1 << 7,
  RECORD_SPARSE_MINOR = 1 << 8,
  RECORD_SPARSE_SIZE = 1 << 9,
  RECORD_VERSION = 1 << 10,
  RECORD_ENTRIES = 1 << 11,
  RECORD_BYTES = 1 << 12,
};

struct records {
  /* Which kinds were there; their values are below. */
  unsigned found;
  char *path;
  const char *link;
  size_t path_length, link_length;
  uint64_t size, uid, gid, real_size, sparse_major, sparse_minor, opaque, entries, bytes, version;
  struct timespec mtime;
  struct xattr *xattrs;
  size_t xattr_count;
};

/* Takes `size` bytes of records and their padding from the input. Strings are valid until the next call. */
void records_read(struct records *records, uint64_t size);

#endif
