/*
 * Rules are in force when the kernel has answered. A process that replaced some is held by the kernel when it closes its
 * netlink socket, until nobody can be using the old ones any more (nf_tables: the destroy work waits for an RCU grace
 * period), which is most of what replacing them takes. So a process that nobody waits for holds that socket a little longer.
 * Where it is missed, or cannot be had (before Linux 5.6), all is the same but later.
 */
#include "network-linger.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "network-place.h"

enum {
  LOOK_NS = 300 * 1000,
  /* Where a program that has opened nothing else has its socket. */
  SOCKET_FD = 3,
  EXIT_SIGNALLED = 126,
};

static bool has_ended(pid_t pid, int *status, int flags) {
  pid_t found;
  while ((found = waitpid(pid, status, flags)) < 0 && errno == EINTR) continue;
  return found == pid;
}

/* A second descriptor of the program's socket to netfilter; -1 when it has none yet. */
static int socket_of(int process) {
  int fd = (int)syscall(SYS_pidfd_getfd, process, SOCKET_FD, 0), domain = 0, protocol = 0;
  socklen_t length = sizeof domain;
  if (fd < 0) return -1;
  if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_NETLINK &&
      getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length) == 0 && protocol == NETLINK_NETFILTER)
    return fd;
  close(fd);
  return -1;
}

/* Waits for the end of the program, or for its socket. */
static int socket_before_end(pid_t pid, int *status, bool *ended) {
  int process = (int)syscall(SYS_pidfd_open, pid, 0), fd = -1;
  const struct timespec pause = {.tv_nsec = LOOK_NS};
  while (process >= 0 && fd < 0 && !(*ended = has_ended(pid, status, WNOHANG))) {
    fd = socket_of(process);
    if (fd < 0) nanosleep(&pause, NULL);
  }
  if (process >= 0) close(process);
  return fd;
}

/* Leaves the socket to a process that closes it as the last one. */
static void leave(int fd) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return;
  if (fork() == 0) {
    char nothing;
    close(ends[1]);
    /* Whoever reads our output is not to wait for this process. */
    for (int standard = 0; standard < 3; standard++) close(standard);
    while (read(ends[0], &nothing, 1) < 0 && errno == EINTR) continue;
    _exit(0);
  }
  close(fd);
  close(ends[0]);
}

_Noreturn void linger_run(const char *name, char **argv) {
  pid_t parent = getpid(), pid = fork();
  if (pid < 0) network_give_up(name, EXIT_SYSTEM, "fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(EXIT_SYSTEM);
    execvp(argv[0], argv);
    network_give_up(name, EXIT_SYSTEM, argv[0]);
  }
  int status = 0;
  bool ended = false;
  int fd = socket_before_end(pid, &status, &ended);
  if (!ended && !has_ended(pid, &status, 0)) network_give_up(name, EXIT_SYSTEM, "wait");
  if (fd >= 0) leave(fd);
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SIGNALLED);
}
