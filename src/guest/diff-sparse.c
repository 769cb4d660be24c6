/* A file of a terabyte with one block in use must cost one block. */
#define _FILE_OFFSET_BITS 64
#include "diff-sparse.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "diff-limits.h"

int segments_add(struct segments *segments, uint64_t offset, uint64_t length) {
  if (segments->count == DIFF_SEGMENTS_MAX) return E2BIG;
  if (segments->count == segments->capacity) {
    size_t wanted = segments->capacity == 0 ? 64 : segments->capacity * 2;
    struct segment *grown = realloc(segments->list, wanted * sizeof *grown);
    if (grown == NULL) return ENOMEM;
    segments->list = grown;
    segments->capacity = wanted;
  }
  segments->list[segments->count++] = (struct segment){offset, length};
  return 0;
}

int segments_find(struct segments *segments, int fd, uint64_t size) {
  segments_clear(segments);
  for (uint64_t at = 0; at < size;) {
    off_t data = lseek(fd, (off_t)at, SEEK_DATA);
    /* No more data; or a file system that cannot tell, where all of it is data. */
    if (data < 0 && errno == ENXIO) break;
    if (data < 0 && errno == EINVAL && at == 0) return segments_add(segments, 0, size);
    off_t hole = data < 0 ? -1 : lseek(fd, data, SEEK_HOLE);
    if (hole < 0) return errno;
    uint64_t start = (uint64_t)data, end = (uint64_t)hole;
    if (end > size) end = size;
    /* The file may change meanwhile: this always comes forward. */
    if (start < at || end <= start) break;
    int error = segments_add(segments, start, end - start);
    if (error != 0) return error;
    at = end;
  }
  return 0;
}

void segments_clear(struct segments *segments) { segments->count = 0; }
