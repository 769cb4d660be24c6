/*
 * The first bytes are held in memory, where no journal makes the source wait, and the others in a file that is gone from
 * its directory at once. Whatever ends this process frees both.
 */
#include "diff-backlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "diff-limits.h"
#include "diff-report.h"

enum { SEND_BYTES = 64 << 10, MEMORY_BYTES = 16 << 20 };

static bool is_open;
/* For what is before MEMORY_BYTES, and for the rest; -1 until something is. */
static int memory = -1, file = -1;
/* What is held is between the two; both only grow. */
static uint64_t sent, held, most;

static _Noreturn void fail(const char *step) { diff_fail(DIFF_IO, "failed errno=%s step=%s", diff_errno(errno), step); }

static int nameless_file(void) {
  char name[32];
  snprintf(name, sizeof name, ".thaw-backlog-%d", (int)getpid());
  /* Left by a process that had the same number, and was killed between two lines. */
  unlink(name);
  int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 || unlink(name) < 0) fail("backlog");
  return fd;
}

/* The mark is on the writing end of the pipe alone. */
static void set_waiting(bool waits) {
  int flags = fcntl(STDOUT_FILENO, F_GETFL);
  if (flags < 0 || fcntl(STDOUT_FILENO, F_SETFL, waits ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) < 0) fail("output");
}

void backlog_open(uint64_t bytes) {
  is_open = true;
  sent = held = 0;
  most = bytes;
  set_waiting(false);
}

/* The piece at `offset`: its descriptor, which is made when it is missing, and how long it is. */
static int piece(uint64_t offset, off_t *within, uint64_t *length) {
  bool in_memory = offset < MEMORY_BYTES;
  if (in_memory && memory < 0 && (memory = memfd_create("thaw-backlog", MFD_CLOEXEC)) < 0) fail("backlog");
  if (!in_memory && file < 0) file = nameless_file();
  *within = (off_t)(in_memory ? offset : offset - MEMORY_BYTES);
  *length = in_memory ? MEMORY_BYTES - offset : UINT64_MAX;
  return in_memory ? memory : file;
}

static size_t least(uint64_t wanted, uint64_t length) { return (size_t)(wanted < length ? wanted : length); }

/* As much as standard output takes now, or all of it when writing waits. */
static size_t send_now(const uint8_t *bytes, size_t count) {
  size_t done = 0;
  while (done < count) {
    ssize_t part = write(STDOUT_FILENO, bytes + done, count - done);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0 && errno == EAGAIN) break;
    if (part < 0) fail("output");
    done += (size_t)part;
  }
  return done;
}

/* True when nothing is left. */
static bool send_held(void) {
  static uint8_t bytes[SEND_BYTES];
  while (sent < held) {
    off_t within;
    uint64_t length;
    int fd = piece(sent, &within, &length);
    ssize_t count = pread(fd, bytes, least(least(held - sent, SEND_BYTES), length), within);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail("backlog");
    size_t done = send_now(bytes, (size_t)count);
    sent += done;
    if (done < (size_t)count) return false;
  }
  return true;
}

/* How much of it found room. */
static size_t hold(const uint8_t *bytes, size_t count) {
  size_t done = 0, room = least(count, most - held);
  while (done < room) {
    off_t within;
    uint64_t length;
    int fd = piece(held, &within, &length);
    ssize_t part = pwrite(fd, bytes + done, least(room - done, length), within);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0 && (errno == ENOSPC || errno == EDQUOT)) break;
    if (part < 0) fail("backlog");
    done += (size_t)part;
    held += (uint64_t)part;
  }
  return done;
}

bool backlog_is_open(void) { return is_open; }

void backlog_finish(void) {
  if (!is_open) return;
  set_waiting(true);
  send_held();
  is_open = false;
}

void backlog_write(const uint8_t *bytes, size_t count) {
  size_t done = 0;
  if (is_open) {
    if (send_held()) done = send_now(bytes, count);
    done += hold(bytes + done, count - done);
    if (done < count) backlog_finish();
  }
  send_now(bytes + done, count - done);
}
