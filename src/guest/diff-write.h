/* diff-write: the difference of a container against its image, from the overlay's upper directory to standard output. */
#ifndef THAW_DIFF_WRITE_H
#define THAW_DIFF_WRITE_H

#include <stdbool.h>
#include <stdint.h>

/* What a reader who wants to see a difference, and not to replay it, gets of it. */
struct showing {
  /* The most content of one file, and of all. */
  uint64_t file_max, content_max;
  /* Nothing but this path, what leads to it and what is below it; empty for everything. No slash at its ends. */
  const char *below;
};

/*
 * `user_marks`: the overlay is mounted with `userxattr`. `showing` NULL: all of it, to be replayed. Answers 0; failures
 * end the process.
 */
int diff_write(const char *upper, bool user_marks, const struct showing *showing);
/* Begins and ends a stream. The path is empty after the first. */
void stream_open(bool user_marks, const struct showing *showing);
int stream_close(void);

#endif
