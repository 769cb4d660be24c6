/*
 * Two fixed buffers, and two non-blocking pipes or the socket that took their place. Input is not read while answers
 * to it might not fit.
 */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "channel.h"
#include "loop.h"
#include "request.h"

enum { IN_CAPACITY = 2 * FRAME_MAX, OUT_CAPACITY = 4 * FRAME_MAX, SEND_ROUNDS = 16 };

static uint8_t in[IN_CAPACITY], out[OUT_CAPACITY];
static size_t in_start, in_end, out_start, out_end;
static struct source standard_in, standard_out, direct_in = {.fd = -1}, direct_out = {.fd = -1};
static struct source *in_source = &standard_in, *out_source = &standard_out;
static uint32_t seed;
static bool over, held_up;

/* What is half received or half sent belongs to the way that it took. */
static void change(struct source *to_in, struct source *to_out) {
  source_want(in_source, 0);
  source_want(out_source, 0);
  in_source = to_in;
  out_source = to_out;
  in_start = in_end = out_start = out_end = 0;
  source_want(in_source, EPOLLIN);
}

static void on_readable(struct source *source, uint32_t events) {
  (void)events;
  ssize_t count = read(source->fd, in + in_end, IN_CAPACITY - in_end);
  if (count > 0) in_end += (size_t)count;
  if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))) return;
  if (source == &direct_in) {
    change(&standard_in, &standard_out);
    source_close(&direct_out);
  } else {
    over = true;
  }
  source_close(source);
}

static void on_writable(struct source *source, uint32_t events) {
  (void)events;
  source_want(source, 0);
}

void link_prepare(void) {
  standard_in.ready = direct_in.ready = on_readable;
  standard_out.ready = direct_out.ready = on_writable;
  if (!source_open(&standard_in, STDIN_FILENO, EPOLLIN)) over = true;
  if (!source_open(&standard_out, STDOUT_FILENO, 0)) over = true;
}

void link_take(int fd) {
  /* epoll knows a descriptor once: reading and writing each have their own. */
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (copy < 0 || !source_open(&direct_out, copy, 0)) {
    close(fd);
    return;
  }
  if (source_open(&direct_in, fd, 0)) change(&direct_in, &direct_out);
  else source_close(&direct_out);
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
  source_want(in_source, held_up || in_end == IN_CAPACITY ? 0 : EPOLLIN);
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
int link_wait_ms(int wait_ms) { return out_source->interest != 0 ? wait_ms : channel_wait_ms(wait_ms); }

void link_send(void) {
  /* Waiting for room in the pipe: on_writable comes first. */
  if (out_source->interest != 0 || (link_waiting() == 0 && !channel_is_due())) return;
  for (int round = 0; round < SEND_ROUNDS; round++) {
    channel_send_due();
    if (link_waiting() == 0) return;
    ssize_t count = out_source->fd < 0 ? -1 : write(out_source->fd, out + out_start, link_waiting());
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
  source_want(out_source, EPOLLOUT);
}
