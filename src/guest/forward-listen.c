/* A listener whose connections wait until somebody with the meeting place's name takes them, each in a process of its own. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "forward-address.h"
#include "forward.h"

enum { WAITING_MAX = 64, WAIT_SECONDS = 20, BACKLOG = 64, TICK_MS = 1000 };

static struct {
  int fd;
  unsigned id;
  time_t since;
} waiting[WAITING_MAX];
static unsigned last_id;

static time_t now(void) {
  struct timespec moment;
  clock_gettime(CLOCK_MONOTONIC, &moment);
  return moment.tv_sec;
}

static int listen_tcp(const char *place, unsigned *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(place, NULL, 10))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, BACKLOG) < 0 ||
      getsockname(fd, (struct sockaddr *)&address, &length) < 0)
    return -1;
  *port = ntohs(address.sin_port);
  return fd;
}

static int listen_unix(const struct sockaddr_un *address, socklen_t length, int type) {
  int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  mode_t before = umask(077);
  int bound = bind(fd, (const struct sockaddr *)address, length);
  umask(before);
  return bound < 0 || listen(fd, BACKLOG) < 0 ? -1 : fd;
}

/* Answers false when nobody hears of connections any more. */
static bool welcome(int listener) {
  struct sockaddr_storage peer;
  socklen_t length = sizeof peer;
  int fd = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC);
  if (fd < 0) return true;
  int place = 0;
  while (place < WAITING_MAX && waiting[place].fd >= 0) place++;
  if (place == WAITING_MAX) {
    close(fd);
    return true;
  }
  waiting[place].fd = fd;
  waiting[place].id = ++last_id;
  waiting[place].since = now();
  char host[INET_ADDRSTRLEN] = "-";
  unsigned port = 0;
  if (peer.ss_family == AF_INET) {
    const struct sockaddr_in *four = (const struct sockaddr_in *)&peer;
    inet_ntop(AF_INET, &four->sin_addr, host, sizeof host);
    port = ntohs(four->sin_port);
  }
  return dprintf(STDOUT_FILENO, "%u %s %u\n", waiting[place].id, host, port) > 0;
}

static void forget_old(void) {
  for (int i = 0; i < WAITING_MAX; i++) {
    if (waiting[i].fd < 0 || now() - waiting[i].since < WAIT_SECONDS) continue;
    close(waiting[i].fd);
    waiting[i].fd = -1;
  }
}

static bool is_own(int fd) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == getuid();
}

static void send_descriptor(int to, int fd) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct iovec content = {.iov_base = (char[]){0}, .iov_len = 1};
  struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.bytes};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  sendmsg(to, &message, MSG_NOSIGNAL);
}

static void hand_over(int meeting) {
  int taker = accept4(meeting, NULL, NULL, SOCK_CLOEXEC);
  if (taker < 0) return;
  /* Whoever asks for nothing must not keep the listener. */
  struct timeval patience = {.tv_sec = 1};
  setsockopt(taker, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  unsigned id;
  if (is_own(taker) && recv(taker, &id, sizeof id, 0) == sizeof id) {
    for (int i = 0; i < WAITING_MAX; i++) {
      if (waiting[i].fd < 0 || waiting[i].id != id) continue;
      send_descriptor(taker, waiting[i].fd);
      close(waiting[i].fd);
      waiting[i].fd = -1;
    }
  }
  close(taker);
}

static void serve(int listener, int meeting) {
  for (;;) {
    struct pollfd polls[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = listener, .events = POLLIN}, {.fd = meeting, .events = POLLIN}};
    if (poll(polls, 3, TICK_MS) < 0 && errno != EINTR) return;
    /* Its input says nothing but that it is over. */
    if (polls[0].revents != 0) return;
    if (polls[2].revents & POLLIN) hand_over(meeting);
    if (polls[1].revents & POLLIN && !welcome(listener)) return;
    forget_old();
  }
}

int forward_listen(const char *kind, const char *place, const char *name) {
  struct sockaddr_un meeting_address, path_address;
  socklen_t meeting_length, path_length;
  bool is_unix = strcmp(kind, "unix") == 0;
  unsigned port = 0;
  for (int i = 0; i < WAITING_MAX; i++) waiting[i].fd = -1;
  if (!forward_meeting_address(name, &meeting_address, &meeting_length)) return forward_failed("name");
  if (is_unix && !forward_path_address(place, &path_address, &path_length)) return forward_failed("socket path");
  int listener = is_unix ? listen_unix(&path_address, path_length, SOCK_STREAM) : listen_tcp(place, &port);
  if (listener < 0) return forward_failed("listen");
  int meeting = listen_unix(&meeting_address, meeting_length, SOCK_SEQPACKET);
  if (meeting < 0) return forward_failed("meeting place");
  if (dprintf(STDOUT_FILENO, "%u\n", port) > 0) serve(listener, meeting);
  if (is_unix) unlink(place);
  return 0;
}

int forward_receive(const char *name, unsigned id) {
  struct sockaddr_un address;
  socklen_t length;
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {0};
  char byte;
  struct iovec content = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.bytes};
  int taker = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), fd = -1;
  if (taker < 0 || !forward_meeting_address(name, &address, &length) || connect(taker, (struct sockaddr *)&address, length) < 0 ||
      send(taker, &id, sizeof id, MSG_NOSIGNAL) != sizeof id)
    return -1;
  errno = ENOENT;
  if (recvmsg(taker, &message, MSG_CMSG_CLOEXEC) == 1) {
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
      memcpy(&fd, CMSG_DATA(header), sizeof fd);
  }
  close(taker);
  return fd;
}
