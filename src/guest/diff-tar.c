/* The ustar header: octal text and a sum of bytes. */
#include "diff-tar.h"

#include <string.h>

bool tar_put(char *field, size_t width, uint64_t number) {
  size_t digits = width - 1;
  bool fits = digits * 3 >= 64 || number >> digits * 3 == 0;
  if (!fits) number = 0;
  field[digits] = '\0';
  for (size_t i = digits; i > 0; i--, number >>= 3) field[i - 1] = (char)('0' + (number & 7));
  return fits;
}

bool tar_get(const char *field, size_t width, uint64_t *number) {
  uint64_t value = 0;
  size_t i = 0;
  /* Twelve digits at most: it cannot overflow. */
  for (; i < width && field[i] >= '0' && field[i] <= '7'; i++) value = value << 3 | (uint64_t)(field[i] - '0');
  *number = value;
  if (i == 0) return false;
  for (; i < width; i++)
    if (field[i] != '\0' && field[i] != ' ') return false;
  return true;
}

static uint32_t sum(const struct tar_header *header) {
  const uint8_t *bytes = (const uint8_t *)header;
  uint32_t total = 0;
  for (size_t i = 0; i < sizeof *header; i++) total += bytes[i];
  for (size_t i = 0; i < sizeof header->checksum; i++) total += ' ' - (uint32_t)(uint8_t)header->checksum[i];
  return total;
}

void tar_seal(struct tar_header *header) {
  memcpy(header->magic, "ustar", 6);
  memcpy(header->version, "00", 2);
  tar_put(header->checksum, 7, sum(header));
  header->checksum[7] = ' ';
}

bool tar_is_sealed(const struct tar_header *header) {
  uint64_t stated;
  return memcmp(header->magic, "ustar\0" "00", 8) == 0 && tar_get(header->checksum, sizeof header->checksum, &stated) &&
         stated == sum(header);
}

bool tar_is_zero(const uint8_t *block) {
  for (size_t i = 0; i < TAR_BLOCK; i++)
    if (block[i] != 0) return false;
  return true;
}
