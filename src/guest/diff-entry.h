/* Writes the entry of one thing in an upper directory. */
#ifndef THAW_DIFF_ENTRY_H
#define THAW_DIFF_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "diff-limits.h"

struct writing {
  /* From the top of the tree, without a slash at the start. */
  char path[DIFF_PATH_MAX + 2];
  size_t length;
  /* The prefix of the overlay's own attributes. */
  const char *marks_namespace;
  dev_t device;
  uint64_t entries, bytes, sockets, changed;
  /* For a reader who wants to see and not to replay: larger files, and what does not fit into `content_left`, come without content. */
  bool is_shown;
  uint64_t file_max, content_left;
};

extern struct writing writing;

_Noreturn void entry_fail(int error, const char *step);
_Noreturn void entry_unsupported(const char *what);
/* An open directory whose path ends with a slash. */
void entry_directory(int fd, const struct stat *facts);
/* An open regular file. */
void entry_file(int fd, const struct stat *facts);
/* Anything else: a link, a whiteout, a FIFO, a device; a socket is counted, and no more than a deletion. */
void entry_special(int parent, const char *name, const struct stat *facts);

#endif
