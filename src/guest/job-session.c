/* A command of a session: its shell is a job, too, and sources the command with named pipes in place of the streams. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"
#include "job.h"
#include "protocol.h"
#include "user.h"

static const char *const pipes[] = {"in", "out", "err", "end"};

static int make_pipe(int dir_fd, const char *name, const struct identity *identity) {
  if (mkfifoat(dir_fd, name, 0600) < 0 || fchownat(dir_fd, name, identity->uid, identity->gid, AT_SYMLINK_NOFOLLOW) < 0) return errno;
  return 0;
}

/* The shell reads it by its name, as the user. */
static int place_command(int dir_fd, const uint8_t *text, size_t length, const struct identity *identity) {
  if (!job_write_file(dir_fd, "cmd", text, length)) return errno == 0 ? EIO : errno;
  if (fchownat(dir_fd, "cmd", identity->uid, identity->gid, AT_SYMLINK_NOFOLLOW) < 0) return errno;
  return 0;
}

/* Puts the directory's name into the shell's line of commands, and watches the shell from then on. */
static int line_up(struct job *job, const char *shell, const char *dir) {
  uint8_t message[PATH_MAX + 2] = {JOB_INPUT}, reply[4];
  int fd = job_connect(shell, JOB_PATIENCE_S);
  if (fd < 0) return ESRCH;
  int length = snprintf((char *)message + 1, sizeof message - 1, "%s\n", dir);
  ssize_t sent = send(fd, message, 1 + (size_t)length, MSG_NOSIGNAL);
  int error = sent < 0 || recv(fd, reply, sizeof reply, 0) != (ssize_t)sizeof reply ? ESRCH : (int)get32(reply);
  message[0] = JOB_WATCH;
  if (error == 0 && send(fd, message, 1, MSG_NOSIGNAL) == 1) {
    job->session_fd = fd;
    return 0;
  }
  close(fd);
  return error == 0 ? ESRCH : error;
}

int job_in_session(struct job *job, const char *dir, const uint8_t *request, size_t length, uint8_t *step) {
  struct reader r = {request, length, false};
  struct identity identity;
  const char *shell = take_string(&r), *user = take_string(&r);
  *step = STEP_REQUEST;
  if (r.bad) return EINVAL;
  *step = STEP_USER;
  int error = identity_find(user, &identity);
  *step = STEP_PIPE;
  for (size_t i = 0; error == 0 && i < sizeof pipes / sizeof *pipes; i++) error = make_pipe(job->dir_fd, pipes[i], &identity);
  *step = STEP_SCRIPT;
  if (error == 0) error = place_command(job->dir_fd, r.next, r.left, &identity);
  /* The user goes through the directory to names that it knows, and lists and changes nothing. */
  if (error == 0 && fchmod(job->dir_fd, 0711) < 0) error = errno;
  if (error != 0) return error;
  /* Open at both ends where it must not end early: the shell's own opening never waits then. */
  job->in = openat(job->dir_fd, "in", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  job->out[0] = openat(job->dir_fd, "out", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  job->out[1] = openat(job->dir_fd, "err", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  job->status_fd = openat(job->dir_fd, "end", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  *step = STEP_OPEN;
  if (job->in < 0 || job->out[0] < 0 || job->out[1] < 0 || job->status_fd < 0) return errno;
  *step = STEP_CONNECT;
  return line_up(job, shell, dir);
}

void job_session_forget(struct job *job) {
  for (size_t i = 0; i < sizeof pipes / sizeof *pipes; i++) unlinkat(job->dir_fd, pipes[i], 0);
  unlinkat(job->dir_fd, "cmd", 0);
}

bool job_session_over(struct job *job, uint32_t *code) {
  uint8_t record[JOB_STATE_BYTES];
  struct job_state shell = {.status = JOB_RUNNING};
  ssize_t count = recv(job->session_fd, record, sizeof record, MSG_DONTWAIT);
  if (count < 0) return errno != EAGAIN && errno != EINTR;
  bool told = count == (ssize_t)sizeof record && job_state_get(record, &shell);
  if (told && shell.status == JOB_RUNNING) return false;
  *code = shell.status == JOB_EXITED ? shell.value : 128 + shell.value;
  return true;
}

bool job_session_status(struct job *job, uint32_t *code) {
  char text[16];
  ssize_t count = read(job->status_fd, text, sizeof text - 1);
  if (count <= 0) return false;
  text[count] = '\0';
  *code = (uint32_t)strtoul(text, NULL, 10) & 0xFF;
  return true;
}
