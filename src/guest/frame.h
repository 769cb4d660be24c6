/* Frames on the wire: finding the next good one in a byte stream, and sealing one to be sent. */
#ifndef THAW_FRAME_H
#define THAW_FRAME_H

#include "bytes.h"
#include "protocol.h"

struct frame {
  uint8_t type;
  uint8_t flags;
  uint32_t channel;
  uint32_t length;
  const uint8_t *payload;
};

/*
 * Looks for the first good frame in `count` bytes. `*used` is how many bytes are done with: garbage before the
 * frame and the frame itself. False when more bytes are needed. `seed` is the session's; HELLO has seed 0.
 */
bool frame_scan(const uint8_t *bytes, size_t count, uint32_t seed, struct frame *frame, size_t *used);

/* Writes the header of a frame whose payload already stands at `at + HEADER_BYTES`. */
void frame_seal(uint8_t *at, uint32_t seed, uint8_t type, uint8_t flags, uint32_t channel, uint32_t length);

#endif
