/* Preparing a child: nothing of the agent may leak into it, no descriptor, no signal mask, no limit. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "bytes.h"
#include "nofile.h"

enum { FALLBACK_FDS = 65536 };

static int status_fd = -1;

/* The signals that are not as a command should find them: a handful, where setting all 64 anew shows in every start. */
static int changed[NSIG], changed_count;

void child_learn_signals(void) {
  for (int signal = 1; signal < NSIG; signal++) {
    struct sigaction action;
    if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_DFL) changed[changed_count++] = signal;
  }
}

_Noreturn void child_fail(int error, enum step step) {
  uint8_t record[5];
  put32(record, (uint32_t)error);
  record[4] = (uint8_t)step;
  if (write(status_fd, record, sizeof record) < 0) _exit(126);
  _exit(127);
}

static void close_from(int first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0) return;
#endif
  for (int fd = first; fd < FALLBACK_FDS; fd++) close(fd);
}

static int open_terminal(int master) {
  int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
  if (slave < 0) child_fail(errno, STEP_PTY);
  if (ioctl(slave, TIOCSCTTY, 0) < 0) child_fail(errno, STEP_PTY);
  return slave;
}

/* Copies a descriptor above the ones that are about to be put in place. */
static int lift(int fd) { return fd < 0 ? -1 : fcntl(fd, F_DUPFD, 16); }

void child_prepare(struct child_stdio stdio, bool pty) {
  struct sigaction reset = {.sa_handler = SIG_DFL};
  for (int i = 0; i < changed_count; i++) sigaction(changed[i], &reset, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  status_fd = stdio.status;
  int in = pty ? open_terminal(stdio.in) : stdio.in >= 0 ? stdio.in : open("/dev/null", O_RDONLY);
  in = lift(in);
  int out = pty ? lift(in) : lift(stdio.out), err = pty ? lift(in) : lift(stdio.err), status = lift(stdio.status);
  /* Without copies the child would keep the agent's own link as its output. */
  if (out < 0 || err < 0) child_fail(EMFILE, STEP_PIPE);
  if (in >= 0) dup2(in, STDIN_FILENO);
  else close(STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  if (status >= 0) dup3(status, CHILD_STATUS_FD, O_CLOEXEC);
  else close(CHILD_STATUS_FD);
  status_fd = status >= 0 ? CHILD_STATUS_FD : -1;
  close_from(CHILD_FIRST_CLOSED);
  umask(022);
  nofile_restore();
}

int child_become(const struct identity *identity) {
  bool already = geteuid() == identity->uid && getegid() == identity->gid;
  if (setgroups((size_t)identity->group_count, identity->groups) < 0 && !already) return errno;
  if (setgid(identity->gid) < 0) return errno;
  if (setuid(identity->uid) < 0) return errno;
  return 0;
}
