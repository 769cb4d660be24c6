/* One 512-byte header of a tar, and its numbers. */
#ifndef THAW_DIFF_TAR_H
#define THAW_DIFF_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAR_BLOCK = 512 };

enum tar_type {
  TAR_FILE = '0',
  TAR_LINK = '1',
  TAR_SYMLINK = '2',
  TAR_CHARACTER = '3',
  TAR_BLOCK_DEVICE = '4',
  TAR_DIRECTORY = '5',
  TAR_FIFO = '6',
  TAR_PAX = 'x',
  TAR_PAX_GLOBAL = 'g',
};

struct tar_header {
  char name[100];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char link[100];
  char magic[6];
  char version[2];
  char user[32];
  char group[32];
  char major[8];
  char minor[8];
  char prefix[155];
  char padding[12];
};
_Static_assert(sizeof(struct tar_header) == TAR_BLOCK, "a tar header is one block");

/* The bytes that fill up the last block of `size` bytes. */
static inline size_t tar_padding(uint64_t size) { return (size_t)(-size & (TAR_BLOCK - 1)); }

/* False, and a zero in the field, when the number does not fit. */
bool tar_put(char *field, size_t width, uint64_t number);
/* Octal digits up to a NUL or a space, and nothing else. */
bool tar_get(const char *field, size_t width, uint64_t *number);
/* Fills in magic, version and checksum. */
void tar_seal(struct tar_header *header);
bool tar_is_sealed(const struct tar_header *header);
bool tar_is_zero(const uint8_t *block);

#endif
