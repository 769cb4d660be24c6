/* epoll and signals. Only plain descriptors are used (no signalfd, timerfd, pidfd): a checkpoint can carry them. */
#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

volatile sig_atomic_t child_ended, stop_asked;

enum { EVENTS_PER_ROUND = 64, LATER_MAX = 4096 };

static int epoll_fd = -1;
static sigset_t waiting_mask;
static void *later[LATER_MAX];
static int later_count;

static void on_child(int signal) {
  (void)signal;
  child_ended = 1;
}

static void on_stop(int signal) {
  (void)signal;
  stop_asked = 1;
}

void loop_prepare(void) {
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) abort();
  struct sigaction action = {.sa_handler = on_child};
  sigaction(SIGCHLD, &action, NULL);
  action.sa_handler = on_stop;
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, NULL);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGCHLD);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGINT);
  sigprocmask(SIG_BLOCK, &blocked, NULL);
  sigemptyset(&waiting_mask);
}

void loop_wait(int timeout_ms) {
  struct epoll_event events[EVENTS_PER_ROUND];
  int count = epoll_pwait(epoll_fd, events, EVENTS_PER_ROUND, timeout_ms, &waiting_mask);
  for (int i = 0; i < count; i++) {
    struct source *source = events[i].data.ptr;
    /* A handler of this round may have closed it; its memory stays until loop_free_now. */
    if (source->fd >= 0 && source->interest != 0) source->ready(source, events[i].events);
  }
}

void loop_free_later(void *memory) {
  if (later_count < LATER_MAX) later[later_count++] = memory;
}

void loop_free_now(void) {
  while (later_count > 0) free(later[--later_count]);
}

int64_t loop_now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool control(struct source *source, int operation, uint32_t interest) {
  struct epoll_event event = {.events = interest, .data.ptr = source};
  return epoll_ctl(epoll_fd, operation, source->fd, &event) == 0;
}

bool source_open(struct source *source, int fd, uint32_t interest) {
  int flags = fcntl(fd, F_GETFL);
  source->fd = fd;
  source->interest = interest;
  bool watched = flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
  if (watched && interest != 0) watched = control(source, EPOLL_CTL_ADD, interest);
  if (!watched) {
    close(fd);
    source->fd = -1;
    source->interest = 0;
  }
  return watched;
}

void source_want(struct source *source, uint32_t interest) {
  if (source->fd < 0 || source->interest == interest) return;
  /* Hang-ups are reported whatever the interest: a paused source must leave the set, or the loop would spin. */
  if (interest == 0) control(source, EPOLL_CTL_DEL, 0);
  else control(source, source->interest == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, interest);
  source->interest = interest;
}

int source_take(struct source *source) {
  int fd = source->fd;
  source_want(source, 0);
  source->fd = -1;
  return fd;
}

void source_close(struct source *source) {
  if (source->fd < 0) return;
  close(source_take(source));
}
