/* The pieces of data in a file with holes. */
#ifndef THAW_DIFF_SPARSE_H
#define THAW_DIFF_SPARSE_H

#include <stddef.h>
#include <stdint.h>

struct segment {
  uint64_t offset, length;
};

struct segments {
  struct segment *list;
  size_t count, capacity;
};

/* Answers 0 or an errno; E2BIG beyond the bound. */
int segments_add(struct segments *segments, uint64_t offset, uint64_t length);
/* Finds the data of an open file of `size` bytes by asking for its holes. Answers 0 or an errno. */
int segments_find(struct segments *segments, int fd, uint64_t size);
/* Keeps the memory for the next file. */
void segments_clear(struct segments *segments);

#endif
