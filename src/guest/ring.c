/* Memory of rings: bounded in all, a few small-used ones kept warm so that a short command costs no system call. */
#include "ring.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { LARGE_RINGS_MAX = 64, SMALL_RING = 16 << 10, WARM_MAX = 4, WARM_TOUCHED_MAX = 16 << 10, LARGE = 256 << 10 };

static int large_count;
static uint8_t *warm[WARM_MAX];
static int warm_count;

static void *map(uint32_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

bool ring_hold(struct ring *ring, uint32_t capacity) {
  if (ring->memory != NULL) return true;
  if (capacity == LARGE && large_count >= LARGE_RINGS_MAX) capacity = SMALL_RING;
  if (capacity == LARGE && warm_count > 0) ring->memory = warm[--warm_count];
  else ring->memory = map(capacity);
  if (ring->memory == NULL) return false;
  if (capacity == LARGE) large_count++;
  ring->capacity = capacity;
  ring->base = ring->start;
  return true;
}

static void drop(struct ring *ring) {
  bool large = ring->capacity == LARGE;
  if (large) large_count--;
  if (large && warm_count < WARM_MAX && ring->end - ring->base <= WARM_TOUCHED_MAX) warm[warm_count++] = ring->memory;
  else munmap(ring->memory, ring->capacity);
  ring->memory = NULL;
  ring->capacity = 0;
}

uint32_t ring_space(const struct ring *ring) { return ring->capacity - (uint32_t)(ring->end - ring->start); }

static int pieces_of(const struct ring *ring, uint64_t from, uint32_t count, struct iovec pieces[2]) {
  uint32_t at = (uint32_t)((from - ring->base) % ring->capacity);
  uint32_t first = ring->capacity - at < count ? ring->capacity - at : count;
  pieces[0] = (struct iovec){ring->memory + at, first};
  pieces[1] = (struct iovec){ring->memory, count - first};
  return count > first ? 2 : 1;
}

int ring_free_pieces(const struct ring *ring, uint32_t most, struct iovec pieces[2]) {
  uint32_t space = ring_space(ring);
  return pieces_of(ring, ring->end, space < most ? space : most, pieces);
}

void ring_added(struct ring *ring, uint32_t count) { ring->end += count; }

int ring_pieces(const struct ring *ring, uint64_t from, uint32_t count, struct iovec pieces[2]) {
  return pieces_of(ring, from, count, pieces);
}

void ring_forget(struct ring *ring, uint64_t offset) {
  ring->start = offset;
  if (ring->start == ring->end && ring->memory != NULL) drop(ring);
}
