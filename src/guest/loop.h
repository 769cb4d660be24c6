/* The event loop: file descriptors with a handler each, signals as flags, memory freed after the round. */
#ifndef THAW_LOOP_H
#define THAW_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

/* An owned non-blocking descriptor. `fd` is -1 while closed; with no interest it is not in the epoll set at all. */
struct source {
  int fd;
  uint32_t interest;
  void (*ready)(struct source *source, uint32_t events);
};

extern volatile sig_atomic_t child_ended, stop_asked;

void loop_prepare(void);
/* Waits at most `timeout_ms` (-1: for ever) and runs the handlers of what is ready. Signals arrive only here. */
void loop_wait(int timeout_ms);
/* Frees `memory` once no event of this round can point to it. Never frees what lies inside other memory. */
void loop_free_later(void *memory);
void loop_free_now(void);
int64_t loop_now_ms(void);

/* Takes `fd` and makes it non-blocking. False when it cannot be watched; `fd` is then closed. */
bool source_open(struct source *source, int fd, uint32_t interest);
void source_want(struct source *source, uint32_t interest);
/* Out of the loop, not closed: the caller owns the returned descriptor. */
int source_take(struct source *source);
void source_close(struct source *source);

#endif
