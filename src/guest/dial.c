/* Non-blocking connects. Only addresses are dialled, never names: resolving would block the loop. */
#include "dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inlet.h"
#include "outlet.h"

static void try_next(struct channel *channel, int error);

static bool connected(struct channel *channel, int fd) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  int other = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (other < 0) {
    close(fd);
    return false;
  }
  bool made = outlet_open(&channel->out[0], channel, fd);
  return inlet_open(&channel->in, channel, other) && made;
}

static void on_connect(struct source *source, uint32_t events) {
  struct channel *channel = (struct channel *)(void *)((char *)source - offsetof(struct channel, status));
  (void)events;
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(source->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) error = errno;
  int fd = source_take(source);
  if (error != 0) {
    close(fd);
    try_next(channel, error);
  } else if (connected(channel, fd)) {
    channel_started(channel);
  } else {
    channel_failed(channel, EMFILE, STEP_PIPE);
  }
}

static bool start(struct channel *channel, const struct sockaddr *address, socklen_t length) {
  int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  channel->status.ready = on_connect;
  if (connect(fd, address, length) < 0 && errno != EINPROGRESS) {
    int error = errno;
    close(fd);
    errno = error;
    return false;
  }
  return source_open(&channel->status, fd, EPOLLOUT);
}

/* "localhost" is 127.0.0.1 and then ::1. */
static void try_next(struct channel *channel, int error) {
  while (channel->dial_next > 0) {
    bool six = channel->dial_next-- == 1;
    struct sockaddr_in four_address = {.sin_family = AF_INET, .sin_port = htons(channel->dial_port)};
    struct sockaddr_in6 six_address = {.sin6_family = AF_INET6, .sin6_port = htons(channel->dial_port)};
    four_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    six_address.sin6_addr = in6addr_loopback;
    bool started = six ? start(channel, (struct sockaddr *)&six_address, sizeof six_address)
                       : start(channel, (struct sockaddr *)&four_address, sizeof four_address);
    if (started) return;
    /* Without IPv6 the first answer is the better one. */
    if (!six) error = errno;
  }
  channel_failed(channel, error, STEP_CONNECT);
}

void dial_open(struct channel *channel, struct reader *request) {
  uint16_t port = take16(request);
  const char *host = take_string(request);
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  channel->dial_port = port;
  if (request->bad || port == 0) {
    channel_failed(channel, EINVAL, STEP_REQUEST);
  } else if (strcmp(host, "localhost") == 0) {
    channel->dial_next = 2;
    try_next(channel, ECONNREFUSED);
  } else {
    bool started = false;
    if (inet_pton(AF_INET, host, &four.sin_addr) == 1) {
      started = start(channel, (struct sockaddr *)&four, sizeof four);
    } else if (inet_pton(AF_INET6, host, &six.sin6_addr) == 1) {
      started = start(channel, (struct sockaddr *)&six, sizeof six);
    } else {
      errno = EINVAL;
    }
    if (!started) channel_failed(channel, errno, STEP_CONNECT);
  }
}
