/*
 * The socket has no name that a program of the sandbox could use: it is unlinked at once, and the engine reaches it
 * through /proc/PID/fd, which takes the right to trace the agent. In the moment between, and to an engine that met a
 * process of the same number, the keys tell who is who.
 */
#include "direct.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "link.h"
#include "loop.h"

enum { KEY_BYTES = 16, CALLERS_WAITING = 4 };

static void on_call(struct source *source, uint32_t events);
static void on_key(struct source *source, uint32_t events);

static struct source listener = {-1, 0, on_call}, caller = {-1, 0, on_key};
static int place_fd = -1;
/* What the agent says first, and what it then wants to hear. */
static uint8_t own_key[KEY_BYTES], wanted_key[KEY_BYTES], heard[KEY_BYTES];
static size_t heard_count;

void direct_close(void) {
  source_close(&listener);
  source_close(&caller);
  if (place_fd >= 0) close(place_fd);
  place_fd = -1;
}

static void on_call(struct source *source, uint32_t events) {
  (void)events;
  int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) return;
  source_close(&caller);
  heard_count = 0;
  if (!source_open(&caller, fd, EPOLLIN)) return;
  if (write(fd, own_key, KEY_BYTES) != KEY_BYTES) source_close(&caller);
}

static void on_key(struct source *source, uint32_t events) {
  (void)events;
  ssize_t count = read(source->fd, heard + heard_count, KEY_BYTES - heard_count);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count > 0) heard_count += (size_t)count;
  if (count > 0 && heard_count < KEY_BYTES) return;
  uint8_t difference = count <= 0;
  for (size_t i = 0; i < KEY_BYTES; i++) difference |= heard[i] ^ wanted_key[i];
  if (difference != 0) {
    source_close(source);
    return;
  }
  int fd = source_take(source);
  direct_close();
  link_take(fd);
}

/* A socket in `directory` whose name is gone again. Returns an errno. */
static int listen_in(const char *directory) {
  uint64_t name;
  if (getrandom(&name, sizeof name, GRND_NONBLOCK) != sizeof name) return EAGAIN;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s/.thaw-%016llx", directory, (unsigned long long)name);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  mode_t mask = umask(0177);
  bool bound = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
  int error = errno;
  umask(mask);
  if (!bound) {
    close(fd);
    return error;
  }
  place_fd = open(address.sun_path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  error = errno;
  unlink(address.sun_path);
  if (place_fd < 0 || listen(fd, CALLERS_WAITING) < 0) {
    if (place_fd >= 0) error = errno;
    close(fd);
    return error;
  }
  return source_open(&listener, fd, EPOLLIN) ? 0 : EMFILE;
}

void direct_offer(const struct frame *frame) {
  direct_close();
  if (frame->length == 0) return;
  int error = EINVAL;
  if (frame->length == 2 * KEY_BYTES) {
    memcpy(own_key, frame->payload, KEY_BYTES);
    memcpy(wanted_key, frame->payload + KEY_BYTES, KEY_BYTES);
    /* A container's /dev is in memory and writable whatever its root is. */
    error = listen_in("/dev");
    if (error != 0) error = listen_in("/tmp");
    if (error != 0) direct_close();
  }
  uint8_t reply[10];
  put32(reply, (uint32_t)error);
  put16(reply + 4, 0);
  put32(reply + 6, error == 0 ? (uint32_t)place_fd : 0);
  link_reply(REPLY_DONE, 0, frame->channel, reply, sizeof reply);
}
