/* Writing input without ever blocking; a reader that went away is told to the engine, so that it stops sending. */
#include "inlet.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { ACK_EVERY = INPUT_WINDOW / 4, END_OF_TRANSMISSION = 4 };

static void acknowledge(struct inlet *inlet) {
  if (inlet->ring.start - inlet->acknowledged >= ACK_EVERY || inlet->gone) channel_wants(inlet->channel, PENDING_ACK);
}

static void give_up(struct inlet *inlet) {
  source_close(&inlet->source);
  inlet->gone = true;
  ring_forget(&inlet->ring, inlet->ring.end);
  acknowledge(inlet);
  channel_half_closed(inlet->channel);
}

static void finish(struct inlet *inlet) {
  if (inlet->channel->kind == CHANNEL_DIAL) shutdown(inlet->source.fd, SHUT_WR);
  if (inlet->channel->pty) {
    /* A terminal has no end of input of its own: the key for it is the best there is. */
    const char key = END_OF_TRANSMISSION;
    if (write(inlet->source.fd, &key, 1) < 0 && errno == EAGAIN) {
      source_want(&inlet->source, EPOLLOUT);
      return;
    }
  }
  source_close(&inlet->source);
  channel_half_closed(inlet->channel);
}

static void write_some(struct inlet *inlet) {
  while (inlet->ring.start < inlet->ring.end) {
    struct iovec pieces[2];
    uint32_t held = (uint32_t)(inlet->ring.end - inlet->ring.start);
    ssize_t count = writev(inlet->source.fd, pieces, ring_pieces(&inlet->ring, inlet->ring.start, held, pieces));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      source_want(&inlet->source, EPOLLOUT);
      return;
    }
    if (count < 0) {
      give_up(inlet);
      return;
    }
    ring_forget(&inlet->ring, inlet->ring.start + (uint64_t)count);
    acknowledge(inlet);
  }
  source_want(&inlet->source, 0);
  if (inlet->ended) finish(inlet);
}

static void inlet_ready(struct source *source, uint32_t events) {
  (void)events;
  write_some((struct inlet *)source);
}

bool inlet_open(struct inlet *inlet, struct channel *channel, int fd) {
  inlet->source.ready = inlet_ready;
  inlet->channel = channel;
  inlet->gone = false;
  if (source_open(&inlet->source, fd, 0)) return true;
  inlet->gone = true;
  return false;
}

void inlet_none(struct inlet *inlet, struct channel *channel) {
  inlet->source.fd = -1;
  inlet->channel = channel;
  inlet->gone = true;
}

static void keep(struct inlet *inlet, const uint8_t *bytes, uint32_t count) {
  struct iovec pieces[2];
  if (!ring_hold(&inlet->ring, INPUT_WINDOW)) {
    give_up(inlet);
    return;
  }
  int piece_count = ring_free_pieces(&inlet->ring, count, pieces);
  memcpy(pieces[0].iov_base, bytes, pieces[0].iov_len);
  if (piece_count == 2) memcpy(pieces[1].iov_base, bytes + pieces[0].iov_len, pieces[1].iov_len);
  ring_added(&inlet->ring, count);
}

void inlet_data(struct inlet *inlet, uint64_t offset, const uint8_t *bytes, uint32_t count) {
  if (inlet->ended || offset != inlet->ring.end) return;
  if (inlet->gone) {
    inlet->ring.start = inlet->ring.end += count;
    acknowledge(inlet);
    return;
  }
  if (inlet->ring.end - inlet->ring.start + count > INPUT_WINDOW) {
    give_up(inlet);
    return;
  }
  keep(inlet, bytes, count);
  if (inlet->source.fd >= 0 && inlet->source.interest == 0) write_some(inlet);
}

void inlet_end(struct inlet *inlet) {
  if (inlet->ended) return;
  inlet->ended = true;
  if (inlet->source.fd >= 0 && inlet->source.interest == 0) write_some(inlet);
}

void inlet_close(struct inlet *inlet) {
  source_close(&inlet->source);
  inlet->gone = true;
  ring_forget(&inlet->ring, inlet->ring.end);
}
