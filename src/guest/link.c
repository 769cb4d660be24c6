/* Two fixed buffers and two non-blocking pipes. Input is not read while answers to it might not fit. */
#include "link.h"

#include <errno.h>
#include <unistd.h>

#include "channel.h"
#include "loop.h"
#include "request.h"

enum { IN_CAPACITY = 2 * FRAME_MAX, OUT_CAPACITY = 4 * FRAME_MAX, SEND_ROUNDS = 16 };

static uint8_t in[IN_CAPACITY], out[OUT_CAPACITY];
static size_t in_start, in_end, out_start, out_end;
static struct source in_source, out_source;
static uint32_t seed;
static bool over, held_up;

static void on_readable(struct source *source, uint32_t events) {
  (void)events;
  ssize_t count = read(source->fd, in + in_end, IN_CAPACITY - in_end);
  if (count > 0) in_end += (size_t)count;
  if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))) return;
  source_close(source);
  over = true;
}

static void on_writable(struct source *source, uint32_t events) {
  (void)events;
  source_want(source, 0);
}

void link_prepare(void) {
  in_source.ready = on_readable;
  out_source.ready = on_writable;
  if (!source_open(&in_source, STDIN_FILENO, EPOLLIN)) over = true;
  if (!source_open(&out_source, STDOUT_FILENO, 0)) over = true;
}

void link_set_seed(uint32_t value) { seed = value; }
bool link_is_over(void) { return over; }
size_t link_waiting(void) { return out_end - out_start; }

/* Whether frames wait only because answers had no room, and now there is some. */
bool link_is_held_up(void) { return held_up && OUT_CAPACITY - link_waiting() >= FRAME_MAX; }

void link_receive(void) {
  held_up = false;
  while (in_start < in_end) {
    struct frame frame;
    size_t used;
    held_up = OUT_CAPACITY - link_waiting() < FRAME_MAX;
    if (held_up) break;
    bool found = frame_scan(in + in_start, in_end - in_start, seed, &frame, &used);
    in_start += used;
    if (!found) break;
    request_handle(&frame);
  }
  if (in_start == in_end) in_start = in_end = 0;
  if (in_start > 0 && IN_CAPACITY - in_end < FRAME_MAX) {
    memmove(in, in + in_start, in_end - in_start);
    in_end -= in_start;
    in_start = 0;
  }
  source_want(&in_source, held_up || in_end == IN_CAPACITY ? 0 : EPOLLIN);
}

uint8_t *link_reserve(size_t length) {
  if (OUT_CAPACITY - link_waiting() < HEADER_BYTES + length) return NULL;
  if (OUT_CAPACITY - out_end < HEADER_BYTES + length) {
    memmove(out, out + out_start, link_waiting());
    out_end -= out_start;
    out_start = 0;
  }
  return out + out_end + HEADER_BYTES;
}

void link_commit(uint8_t type, uint8_t flags, uint32_t channel, uint32_t length) {
  frame_seal(out + out_end, seed, type, flags, channel, length);
  out_end += HEADER_BYTES + length;
}

void link_reply(uint8_t type, uint8_t flags, uint32_t channel, const uint8_t *payload, uint32_t length) {
  uint8_t *at = link_reserve(length);
  if (at == NULL) return;
  if (length > 0) memcpy(at, payload, length);
  link_commit(type, flags, channel, length);
}

/* With the pipe full nothing goes out whatever is due, and waiting for less than its room would spin. */
int link_wait_ms(int wait_ms) { return out_source.interest != 0 ? wait_ms : channel_wait_ms(wait_ms); }

void link_send(void) {
  /* Waiting for room in the pipe: on_writable comes first. */
  if (out_source.interest != 0 || (link_waiting() == 0 && !channel_is_due())) return;
  for (int round = 0; round < SEND_ROUNDS; round++) {
    channel_send_due();
    if (link_waiting() == 0) return;
    ssize_t count = out_source.fd < 0 ? -1 : write(out_source.fd, out + out_start, link_waiting());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) {
      /* Nobody listens at all; the next engine gets a new session anyway. */
      out_start = out_end = 0;
      return;
    }
    if (count > 0) out_start += (size_t)count;
    if (out_start < out_end) break;
    out_start = out_end = 0;
  }
  source_want(&out_source, EPOLLOUT);
}
