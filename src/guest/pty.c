/* Pseudo terminals by hand: the C library's helpers want /etc/group and a set-uid program. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "inlet.h"
#include "outlet.h"
#include "process.h"

bool process_terminal(struct channel *channel, uint16_t cols, uint16_t rows, struct child_stdio *stdio) {
  struct winsize size = {.ws_col = cols, .ws_row = rows};
  int unlock = 0;
  int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0 || ioctl(master, TIOCSWINSZ, &size) < 0) {
    channel_failed(channel, errno, STEP_PTY);
    if (master >= 0) close(master);
    if (stdio->status >= 0) close(stdio->status);
    return false;
  }
  int in = fcntl(master, F_DUPFD_CLOEXEC, 0), out = fcntl(master, F_DUPFD_CLOEXEC, 0);
  stdio->in = master;
  bool made = in >= 0 && inlet_open(&channel->in, channel, in);
  made = out >= 0 && outlet_open(&channel->out[0], channel, out) && made;
  if (!made) {
    channel_failed(channel, EMFILE, STEP_PTY);
    close(master);
    close(stdio->status);
  }
  return made;
}

void process_resize(struct channel *channel, uint16_t cols, uint16_t rows) {
  struct winsize size = {.ws_col = cols, .ws_row = rows};
  /* The kernel itself sends SIGWINCH to the foreground group. */
  if (channel->pty && channel->out[0].source.fd >= 0) ioctl(channel->out[0].source.fd, TIOCSWINSZ, &size);
}
