/* What the fuzzer's two halves share: the random numbers, and the processes that were never really started. */
#ifndef THAW_GUEST_FUZZ_H
#define THAW_GUEST_FUZZ_H

#include <stdint.h>
#include <sys/types.h>

extern uint64_t fuzz_state;
extern pid_t next_pid, to_reap;

/* A number from 0 to `below` - 1. */
static inline uint32_t any(uint32_t below) {
  fuzz_state ^= fuzz_state << 13;
  fuzz_state ^= fuzz_state >> 7;
  fuzz_state ^= fuzz_state << 17;
  return below == 0 ? 0 : (uint32_t)(fuzz_state >> 20) % below;
}

#endif
