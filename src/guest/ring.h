/* Ring buffers of streams, held only while they hold bytes. */
#ifndef THAW_RING_H
#define THAW_RING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

/* Bytes [start, end) of a stream, in absolute offsets. `memory` is NULL while there are none. */
struct ring {
  uint8_t *memory;
  uint32_t capacity;
  uint64_t base, start, end;
};

/* Makes sure that there is memory. The capacity is smaller when many streams hold some. False: none left. */
bool ring_hold(struct ring *ring, uint32_t capacity);
uint32_t ring_space(const struct ring *ring);
/* Up to two pieces of free space; ring_added says how much of it was filled. Returns how many pieces. */
int ring_free_pieces(const struct ring *ring, uint32_t most, struct iovec pieces[2]);
void ring_added(struct ring *ring, uint32_t count);
/* The pieces of [from, from + count), which the ring must hold. */
int ring_pieces(const struct ring *ring, uint64_t from, uint32_t count, struct iovec pieces[2]);
/* Forgets everything before `offset` (at most `end`), and the memory when nothing is left. */
void ring_forget(struct ring *ring, uint64_t offset);

#endif
