/* Two directions with a buffer each: what one side does not take keeps only its own direction waiting. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "forward.h"

enum { BUFFER_BYTES = 64 * 1024 };

struct direction {
  int from, to;
  size_t start, end;
  bool no_more, over;
  uint8_t data[BUFFER_BYTES];
};

static struct direction inward, outward;

static void unblock(int fd) {
  int flags = fcntl(fd, F_GETFL);
  if (flags >= 0) fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

static bool is_later(void) { return errno == EAGAIN || errno == EINTR; }

static void fill(struct direction *way) {
  ssize_t count = read(way->from, way->data, sizeof way->data);
  way->start = 0;
  way->end = count > 0 ? (size_t)count : 0;
  if (count == 0 || (count < 0 && !is_later())) way->no_more = true;
}

static void empty(struct direction *way) {
  ssize_t count = write(way->to, way->data + way->start, way->end - way->start);
  if (count > 0) way->start += (size_t)count;
  /* Nobody takes it any more; the other direction goes on. */
  if (count < 0 && !is_later()) {
    way->start = way->end;
    way->no_more = true;
  }
}

static bool holds(const struct direction *way) { return way->start < way->end; }

/* Tells the receiver of a direction that it has ended, once. */
static void conclude(struct direction *way, int socket) {
  if (way->over || !way->no_more || holds(way)) return;
  way->over = true;
  if (way->to == socket) shutdown(socket, SHUT_WR);
  else close(way->to);
}

static struct pollfd wanted(const struct direction *way) {
  if (way->over) return (struct pollfd){.fd = -1};
  if (holds(way)) return (struct pollfd){.fd = way->to, .events = POLLOUT};
  return (struct pollfd){.fd = way->from, .events = POLLIN};
}

int forward_bridge(int fd) {
  inward = (struct direction){.from = STDIN_FILENO, .to = fd};
  outward = (struct direction){.from = fd, .to = STDOUT_FILENO};
  unblock(STDIN_FILENO);
  unblock(STDOUT_FILENO);
  unblock(fd);
  struct direction *ways[2] = {&inward, &outward};
  while (!inward.over || !outward.over) {
    struct pollfd polls[2] = {wanted(&inward), wanted(&outward)};
    if (poll(polls, 2, -1) < 0 && errno != EINTR) return 1;
    for (int i = 0; i < 2; i++) {
      if (polls[i].fd < 0 || polls[i].revents == 0) continue;
      if (holds(ways[i])) empty(ways[i]);
      else fill(ways[i]);
      conclude(ways[i], fd);
    }
  }
  close(fd);
  return 0;
}
