/* One arena a directory, sorted by bytes: the stream of the same tree is always the same. */
#include "diff-names.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BATCH_BYTES = 64 << 10, NAMES_BYTES_MAX = 256 << 20, FIRST_BYTES = 4096 };

/* Over all directories that are open at the same time. */
static size_t bytes_held;

static int compare(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static int append(struct names *names, const struct dirent64 *entry, size_t *used) {
  size_t length = strlen(entry->d_name) + 2;
  if (*used + length > names->bytes) {
    size_t wanted = names->bytes == 0 ? FIRST_BYTES : names->bytes * 2;
    if (bytes_held - names->bytes + wanted > NAMES_BYTES_MAX) return EOVERFLOW;
    char *grown = realloc(names->memory, wanted);
    if (grown == NULL) return ENOMEM;
    bytes_held += wanted - names->bytes;
    names->memory = grown;
    names->bytes = wanted;
  }
  names->memory[*used] = (char)entry->d_type;
  memcpy(names->memory + *used + 1, entry->d_name, length - 1);
  *used += length;
  names->count++;
  return 0;
}

static int index_names(struct names *names) {
  if (names->count == 0) return 0;
  names->sorted = calloc(names->count, sizeof *names->sorted);
  if (names->sorted == NULL) return ENOMEM;
  const char *next = names->memory;
  for (size_t i = 0; i < names->count; i++) {
    names->sorted[i] = next + 1;
    next += strlen(next + 1) + 2;
  }
  qsort(names->sorted, names->count, sizeof *names->sorted, compare);
  return 0;
}

int names_read(int fd, struct names *names) {
  static _Alignas(struct dirent64) char batch[BATCH_BYTES];
  size_t used = 0;
  *names = (struct names){0};
  for (;;) {
    long count = syscall(SYS_getdents64, fd, batch, sizeof batch);
    if (count < 0) return errno;
    if (count == 0) return index_names(names);
    for (long at = 0; at < count;) {
      const struct dirent64 *entry = (const struct dirent64 *)(const void *)(batch + at);
      at += entry->d_reclen;
      bool own = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
      int error = own ? 0 : append(names, entry, &used);
      if (error != 0) return error;
    }
  }
}

void names_free(struct names *names) {
  bytes_held -= names->bytes;
  free(names->sorted);
  free(names->memory);
  *names = (struct names){0};
}
