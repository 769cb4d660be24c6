/* The frame scanner: it trusts nothing, and after bytes that are no frame it goes on one byte further. */
#include "frame.h"

#include "crc.h"

enum { CRC_AT = 12 };

static uint32_t checksum(const uint8_t *at, uint32_t seed, uint32_t length) {
  uint32_t own_seed = at[2] == REQUEST_HELLO || at[2] == REPLY_HELLO ? 0 : seed;
  return crc_update(crc_update(own_seed, at, CRC_AT), at + HEADER_BYTES, length);
}

bool frame_scan(const uint8_t *bytes, size_t count, uint32_t seed, struct frame *frame, size_t *used) {
  size_t at = 0;
  while (at < count) {
    const uint8_t *start = memchr(bytes + at, MAGIC_0, count - at);
    if (start == NULL) {
      at = count;
      break;
    }
    at = (size_t)(start - bytes);
    size_t left = count - at;
    if (left >= 2 && start[1] != MAGIC_1) {
      at++;
      continue;
    }
    if (left < HEADER_BYTES) break;
    uint32_t length = get32(start + 8);
    if (length > PAYLOAD_MAX) {
      at++;
      continue;
    }
    if (left - HEADER_BYTES < length) break;
    if (get32(start + CRC_AT) != checksum(start, seed, length)) {
      at++;
      continue;
    }
    *frame = (struct frame){start[2], start[3], get32(start + 4), length, start + HEADER_BYTES};
    *used = at + HEADER_BYTES + length;
    return true;
  }
  *used = at;
  return false;
}

void frame_seal(uint8_t *at, uint32_t seed, uint8_t type, uint8_t flags, uint32_t channel, uint32_t length) {
  at[0] = MAGIC_0;
  at[1] = MAGIC_1;
  at[2] = type;
  at[3] = flags;
  put32(at + 4, channel);
  put32(at + 8, length);
  put32(at + CRC_AT, checksum(at, seed, length));
}
