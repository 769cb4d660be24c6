/* Reading output without ever blocking, and drains, which keep writers alive whom nobody listens to any more. */
#include "outlet.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

/* A pseudo terminal buffers less than this; more at its end comes from a background process that goes on writing. */
enum { PTY_LAST_BYTES = 128 << 10, DRAIN_BYTES = 64 << 10 };

struct drain {
  struct source source;
};

static void drain_ready(struct source *source, uint32_t events) {
  static uint8_t nowhere[DRAIN_BYTES];
  (void)events;
  ssize_t count = read(source->fd, nowhere, sizeof nowhere);
  if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))) return;
  source_close(source);
  loop_free_later(source);
}

static void drain_start(int fd) {
  struct drain *drain = calloc(1, sizeof *drain);
  if (drain == NULL) {
    close(fd);
    return;
  }
  drain->source.ready = drain_ready;
  if (!source_open(&drain->source, fd, EPOLLIN)) free(drain);
}

static void end(struct outlet *outlet, bool others_write) {
  outlet->state = OUTLET_ENDED;
  if (others_write) drain_start(source_take(&outlet->source));
  else source_close(&outlet->source);
  channel_has_end(outlet->channel);
  channel_half_closed(outlet->channel);
}

static void read_some(struct outlet *outlet) {
  if (!ring_hold(&outlet->ring, OUTPUT_WINDOW)) {
    /* No address space at all: waiting would spin, so the stream ends here and its writers stay unharmed. */
    end(outlet, true);
    return;
  }
  struct iovec pieces[2];
  uint32_t most = outlet->state == OUTLET_LAST ? outlet->budget : OUTPUT_WINDOW;
  int piece_count = ring_free_pieces(&outlet->ring, most, pieces);
  ssize_t count = readv(outlet->source.fd, pieces, piece_count);
  if (count > 0) {
    ring_added(&outlet->ring, (uint32_t)count);
    channel_has_data(outlet->channel);
    if (outlet->state == OUTLET_LAST) {
      outlet->budget -= (uint32_t)count;
      if (outlet->budget == 0) end(outlet, true);
    }
    source_want(&outlet->source, ring_space(&outlet->ring) == 0 ? 0 : EPOLLIN);
    return;
  }
  int error = errno;
  ring_forget(&outlet->ring, outlet->ring.start);
  if (count < 0 && error == EINTR) return;
  if (count < 0 && error == EAGAIN) {
    if (outlet->state == OUTLET_LAST) end(outlet, true);
    return;
  }
  if (count < 0 && outlet->channel->pty && outlet->state == OUTLET_OPEN) {
    /*
     * Nobody has the terminal open (EIO), but its session lives: closing this side would kill it with SIGHUP, and it
     * may open the terminal again. Edge-triggered, the hang-up is reported once and not for ever.
     */
    source_want(&outlet->source, EPOLLIN | EPOLLET);
    return;
  }
  if (count < 0 && outlet->channel->kind == CHANNEL_DIAL) channel_exit(outlet->channel, EXIT_ERRNO, (uint32_t)error);
  end(outlet, false);
}

static void outlet_ready(struct source *source, uint32_t events) {
  (void)events;
  read_some((struct outlet *)source);
}

bool outlet_open(struct outlet *outlet, struct channel *channel, int fd) {
  outlet->source.ready = outlet_ready;
  outlet->channel = channel;
  outlet->state = OUTLET_OPEN;
  outlet->end_sent = false;
  if (source_open(&outlet->source, fd, EPOLLIN)) return true;
  outlet->state = OUTLET_ENDED;
  return false;
}

void outlet_finish(struct outlet *outlet) {
  if (outlet->state != OUTLET_OPEN) return;
  int held = PTY_LAST_BYTES;
  if (!outlet->channel->pty && ioctl(outlet->source.fd, FIONREAD, &held) < 0) held = 0;
  outlet->state = OUTLET_LAST;
  outlet->budget = (uint32_t)held;
  if (held == 0) {
    end(outlet, true);
    return;
  }
  while (outlet->state == OUTLET_LAST && (outlet->ring.memory == NULL || ring_space(&outlet->ring) > 0)) {
    uint64_t before = outlet->ring.end;
    read_some(outlet);
    if (outlet->ring.end == before) break;
  }
}

void outlet_acknowledge(struct outlet *outlet, uint64_t offset) {
  if (offset <= outlet->ring.start || offset > outlet->sent) return;
  ring_forget(&outlet->ring, offset);
  source_want(&outlet->source, EPOLLIN);
}

void outlet_discard(struct outlet *outlet) {
  outlet->state = OUTLET_ENDED;
  outlet->end_sent = true;
  if (outlet->source.fd >= 0) drain_start(source_take(&outlet->source));
  outlet->sent = outlet->ring.end;
  ring_forget(&outlet->ring, outlet->ring.end);
}

void outlet_give(struct outlet *outlet) {
  source_close(&outlet->source);
  outlet->state = OUTLET_ENDED;
  outlet->end_sent = true;
  outlet->sent = outlet->ring.end;
  ring_forget(&outlet->ring, outlet->ring.end);
}
