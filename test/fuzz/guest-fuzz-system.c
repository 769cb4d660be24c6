/* The system calls that the fuzzer replaces (ld --wrap): nothing leaves the process, everything may fail. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest-fuzz.h"

uint64_t fuzz_state;
pid_t next_pid = 100000;
pid_t to_reap;

int __wrap_open(const char *path, int flags, ...);
pid_t __wrap_fork(void);
int __wrap_kill(pid_t pid, int signal);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t length);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);

/* The user files hold anything, the terminal device is not there, nothing else exists. */
int __wrap_open(const char *path, int flags, ...) {
  (void)flags;
  if (strncmp(path, "/etc/", 5) != 0) {
    errno = any(2) ? ENOENT : EACCES;
    return -1;
  }
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  static const char *const pieces[] = {"root", ":", "x", "0", "\n", "4294967295", "nobody", "/", ",", "65534", "\xff"};
  for (uint32_t i = any(60); i > 0; i--) {
    const char *piece = pieces[any(sizeof pieces / sizeof *pieces)];
    if (write(fd, piece, strlen(piece)) < 0) abort();
  }
  lseek(fd, 0, SEEK_SET);
  return fd;
}

pid_t __wrap_fork(void) {
  if (any(10) == 0) {
    errno = EAGAIN;
    return -1;
  }
  return next_pid++;
}

int __wrap_kill(pid_t pid, int signal) {
  (void)pid, (void)signal;
  return 0;
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t length) {
  (void)fd, (void)address, (void)length;
  errno = any(2) ? ECONNREFUSED : EINPROGRESS;
  return -1;
}

/* Everything that was started ends sooner or later. */
pid_t __wrap_waitpid(pid_t pid, int *status, int options) {
  (void)pid, (void)options;
  if (to_reap == 0) return 0;
  *status = any(2) ? (int)any(256) << 8 : (int)any(64);
  pid_t ended = to_reap;
  to_reap = 0;
  return ended;
}
