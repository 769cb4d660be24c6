/*
 * DNS over UDP and TCP on loopback addresses to which the sandbox's rules lead every question. Questions become
 * records on the channel's output and answers come back on its input; what is in them is the engine's affair. The
 * channel holds one end of a socket pair, this file the other: when the channel goes, so does everything here.
 */
#include "resolver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inlet.h"
#include "outlet.h"
#include "request.h"

enum {
  QUESTION_MAX = 1232,
  QUESTION_HEAD = 7,
  ANSWER_HEAD = 6,
  ANSWER_MAX = 65535,
  SLOTS = 256,
  STREAMS = 16,
  SOCKETS = 2,
  OVER_TCP = 1
};

/* Where an answer goes. Slots are used in turn: a question that 256 later ones overtook gets none. */
struct slot {
  uint32_t id;
  int socket;
  int stream;
  uint32_t stream_serial;
  socklen_t length;
  struct sockaddr_storage from;
};

struct stream {
  struct source source;
  uint32_t serial;
  size_t length;
  uint8_t bytes[2 + QUESTION_MAX];
};

static struct source pipe_end = {.fd = -1}, datagrams[SOCKETS], listeners[SOCKETS];
static struct stream streams[STREAMS];
static struct slot slots[SLOTS];
static uint32_t last_id, last_serial;
/* What the pipe did not take of a record. Until it does, questions are dropped, as UDP may. */
static uint8_t unsent[QUESTION_HEAD + QUESTION_MAX];
static size_t unsent_length;
static uint8_t answer[ANSWER_HEAD + ANSWER_MAX];
static size_t answer_length;
static bool prepared;

static void close_all(void) {
  source_close(&pipe_end);
  for (int i = 0; i < SOCKETS; i++) {
    source_close(&datagrams[i]);
    source_close(&listeners[i]);
  }
  for (int i = 0; i < STREAMS; i++) source_close(&streams[i].source);
  unsent_length = answer_length = 0;
}

static void flush(void) {
  ssize_t count = send(pipe_end.fd, unsent, unsent_length, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count > 0) {
    unsent_length -= (size_t)count;
    memmove(unsent, unsent + count, unsent_length);
  }
  source_want(&pipe_end, unsent_length > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void pass_on(const struct slot *from, const uint8_t *question, size_t length) {
  if (unsent_length > 0 || length == 0 || pipe_end.fd < 0) return;
  uint32_t id = ++last_id;
  struct slot *slot = &slots[id % SLOTS];
  *slot = *from;
  slot->id = id;
  put32(unsent, id);
  unsent[4] = from->stream >= 0 ? OVER_TCP : 0;
  put16(unsent + 5, (uint16_t)length);
  memcpy(unsent + QUESTION_HEAD, question, length);
  unsent_length = QUESTION_HEAD + length;
  flush();
}

static void on_datagram(struct source *source, uint32_t events) {
  (void)events;
  for (int round = 0; round < 32; round++) {
    uint8_t question[QUESTION_MAX + 1];
    struct slot from = {.socket = (int)(source - datagrams), .stream = -1, .length = sizeof from.from};
    ssize_t count = recvfrom(source->fd, question, sizeof question, 0, (struct sockaddr *)&from.from, &from.length);
    if (count < 0) return;
    if (count <= QUESTION_MAX) pass_on(&from, question, (size_t)count);
  }
}

static void on_stream(struct source *source, uint32_t events) {
  (void)events;
  struct stream *stream = (struct stream *)(void *)source;
  ssize_t count = recv(source->fd, stream->bytes + stream->length, sizeof stream->bytes - stream->length, 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    source_close(source);
    return;
  }
  stream->length += (size_t)count;
  while (stream->length >= 2) {
    size_t length = (size_t)stream->bytes[0] << 8 | stream->bytes[1];
    if (length == 0 || length > QUESTION_MAX) {
      source_close(source);
      return;
    }
    if (stream->length < 2 + length) return;
    struct slot from = {.stream = (int)(stream - streams), .stream_serial = stream->serial};
    pass_on(&from, stream->bytes + 2, length);
    stream->length -= 2 + length;
    memmove(stream->bytes, stream->bytes + 2 + length, stream->length);
  }
}

/* The stream that has waited longest makes room. */
static void on_connection(struct source *source, uint32_t events) {
  (void)events;
  int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  struct stream *stream = &streams[0];
  for (int i = 0; i < STREAMS && stream->source.fd >= 0; i++)
    if (streams[i].source.fd < 0 || streams[i].serial < stream->serial) stream = &streams[i];
  source_close(&stream->source);
  stream->serial = ++last_serial;
  stream->length = 0;
  stream->source.ready = on_stream;
  source_open(&stream->source, fd, EPOLLIN);
}

static void deliver(uint32_t id, const uint8_t *bytes, size_t length) {
  struct slot *slot = &slots[id % SLOTS];
  if (slot->id != id || id == 0) return;
  slot->id = 0;
  if (slot->stream < 0) {
    struct source *source = &datagrams[slot->socket];
    if (source->fd >= 0) sendto(source->fd, bytes, length, MSG_DONTWAIT, (struct sockaddr *)&slot->from, slot->length);
    return;
  }
  struct stream *stream = &streams[slot->stream];
  if (stream->source.fd < 0 || stream->serial != slot->stream_serial) return;
  uint8_t head[2] = {(uint8_t)(length >> 8), (uint8_t)length};
  struct iovec pieces[2] = {{head, sizeof head}, {(void *)(uintptr_t)bytes, length}};
  struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
  ssize_t sent = sendmsg(stream->source.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  /* Whoever does not take its answers is not waited for. */
  if (sent != (ssize_t)(length + sizeof head)) source_close(&stream->source);
}

static void on_pipe(struct source *source, uint32_t events) {
  if (events & EPOLLOUT) flush();
  if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
  ssize_t count = recv(source->fd, answer + answer_length, sizeof answer - answer_length, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    close_all();
    return;
  }
  answer_length += (size_t)count;
  while (answer_length >= ANSWER_HEAD) {
    size_t length = get16(answer + 4);
    if (answer_length < ANSWER_HEAD + length) return;
    deliver(get32(answer), answer + ANSWER_HEAD, length);
    answer_length -= ANSWER_HEAD + length;
    memmove(answer, answer + ANSWER_HEAD + length, answer_length);
  }
}

static bool listen_on(struct source *source, const struct sockaddr *address, socklen_t length, int type) {
  int fd = socket(address->sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
  if (fd < 0) return false;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (address->sa_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
  if (bind(fd, address, length) < 0 || (type == SOCK_STREAM && listen(fd, STREAMS) < 0)) {
    int error = errno;
    close(fd);
    errno = error;
    return false;
  }
  source->ready = type == SOCK_STREAM ? on_connection : on_datagram;
  return source_open(source, fd, EPOLLIN);
}

/* IPv6 may be missing; IPv4 is always there. */
static bool listen_everywhere(uint16_t port) {
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback};
  inet_pton(AF_INET, "127.0.0.11", &four.sin_addr);
  if (!listen_on(&datagrams[0], (struct sockaddr *)&four, sizeof four, SOCK_DGRAM)) return false;
  if (!listen_on(&listeners[0], (struct sockaddr *)&four, sizeof four, SOCK_STREAM)) return false;
  listen_on(&datagrams[1], (struct sockaddr *)&six, sizeof six, SOCK_DGRAM);
  listen_on(&listeners[1], (struct sockaddr *)&six, sizeof six, SOCK_STREAM);
  return true;
}

static void prepare(void) {
  for (int i = 0; i < SOCKETS; i++) datagrams[i].fd = listeners[i].fd = -1;
  for (int i = 0; i < STREAMS; i++) streams[i].source.fd = -1;
  prepared = true;
}

static bool join(struct channel *channel, int fd) {
  int other = dup(fd);
  if (other < 0) {
    close(fd);
    return false;
  }
  bool made = outlet_open(&channel->out[0], channel, fd);
  return inlet_open(&channel->in, channel, other) && made;
}

void resolver_open(struct channel *channel, struct reader *request) {
  uint16_t port = take16(request);
  if (!prepared) prepare();
  close_all();
  int ends[2];
  if (request->bad || port == 0) {
    channel_failed(channel, EINVAL, STEP_REQUEST);
  } else if (host_mode) {
    channel_failed(channel, EPERM, STEP_HOST);
  } else if (!listen_everywhere(port)) {
    int error = errno;
    close_all();
    channel_failed(channel, error, STEP_OPEN);
  } else if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
    close_all();
    channel_failed(channel, EMFILE, STEP_PIPE);
  } else {
    pipe_end.ready = on_pipe;
    bool made = source_open(&pipe_end, ends[0], EPOLLIN);
    if (!join(channel, ends[1]) || !made) {
      close_all();
      channel_failed(channel, EMFILE, STEP_PIPE);
    } else {
      channel_started(channel);
    }
  }
}
