/* How a job gets its command: started here, or taken over from the agent, which started it for somebody who waited. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytes.h"
#include "child.h"
#include "handover.h"
#include "job.h"
#include "spawn.h"

enum { HANDOVER_WAIT_MS = 15000 };

static void set_nonblocking(int fd) {
  if (fd >= 0) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void close_ends(int ends[8]) {
  for (int i = 0; i < 8; i++)
    if (ends[i] >= 0) close(ends[i]);
}

/* Waits until the command is executed. 0, or why it is not. */
static int read_status(int fd, uint8_t *step) {
  uint8_t record[5];
  ssize_t count;
  do count = read(fd, record, sizeof record);
  while (count < 0 && errno == EINTR);
  if (count != (ssize_t)sizeof record) return 0;
  *step = record[4];
  return (int)get32(record);
}

int job_spawn(struct job *job, const uint8_t *request, size_t length, uint8_t *step) {
  struct reader r = {request, length, false};
  int ends[8] = {-1, -1, -1, -1, -1, -1, -1, -1};
  struct command *command = spawn_parse(&r);
  *step = STEP_REQUEST;
  if (command == NULL) return EINVAL;
  bool with_input = spawn_takes_input(command), made = true;
  for (int i = 0; i < 4 && made; i++) made = (i == 0 && !with_input) || pipe2(ends + 2 * i, O_CLOEXEC) == 0;
  *step = made ? STEP_FORK : STEP_PIPE;
  pid_t pid = made ? fork() : -1;
  if (pid == 0) {
    child_prepare((struct child_stdio){ends[0], ends[3], ends[5], ends[7]}, false);
    spawn_become(command);
  }
  int error = pid < 0 ? errno : 0;
  spawn_free(command);
  if (pid < 0) {
    close_ends(ends);
    return error;
  }
  close(ends[7]);
  ends[7] = -1;
  error = read_status(ends[6], step);
  if (error != 0) {
    waitpid(pid, NULL, 0);
    close_ends(ends);
    return error;
  }
  job->out[0] = ends[2];
  job->out[1] = ends[4];
  job->in = ends[1];
  job->pid = pid;
  job->is_child = true;
  ends[1] = ends[2] = ends[4] = -1;
  close_ends(ends);
  set_nonblocking(job->out[0]);
  set_nonblocking(job->out[1]);
  set_nonblocking(job->in);
  return 0;
}

/* What was read of the output, and of the input, before the handover. */
static void take_rest(struct job *job, int fd, const struct handover *facts) {
  static uint8_t piece[LOG_PIECE_MAX];
  for (int stream = 0; stream < 3; stream++) {
    for (uint32_t left = facts->left[stream]; left > 0;) {
      ssize_t count = read(fd, piece, left < sizeof piece ? left : sizeof piece);
      if (count <= 0) return;
      if (stream < 2) log_add(&job->log, stream + 1, piece, (size_t)count);
      else job_input_add(job, piece, (size_t)count);
      left -= (uint32_t)count;
    }
  }
}

/* `frames` is what whoever waited has got already. */
int job_adopt(struct job *job, const uint8_t *frames, size_t length, uint8_t *step) {
  struct reader r = {frames, length, false};
  *step = STEP_REQUEST;
  while (r.left > 0) {
    const uint8_t *header = take(&r, LOG_FRAME_BYTES);
    uint32_t count = header == NULL ? 0 : get32(header + 4);
    const uint8_t *bytes = take(&r, count);
    if (r.bad || header[0] != 'F' || header[1] < 1 || header[1] > 2) return EINVAL;
    log_add(&job->log, header[1], bytes, count);
  }
  if (write(STDOUT_FILENO, "ready\n", 6) != 6) return EPIPE;
  *step = STEP_CONNECT;
  struct pollfd waits = {job->listener, POLLIN, 0};
  if (poll(&waits, 1, HANDOVER_WAIT_MS) <= 0) return ETIMEDOUT;
  int fd = accept4(job->listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) return errno;
  struct handover facts;
  int fds[HANDOVER_FDS_MAX];
  int error = handover_receive(fd, &facts, fds);
  close(fd);
  if (error != 0) return error;
  job->pid = (pid_t)facts.pid;
  job->status_fd = fds[HANDOVER_STATUS];
  job->out[0] = fds[HANDOVER_OUT];
  job->out[1] = fds[HANDOVER_ERR];
  job->in = fds[HANDOVER_IN];
  take_rest(job, fds[HANDOVER_REST], &facts);
  close(fds[HANDOVER_REST]);
  if (facts.input_ended) job_input_close(job);
  return 0;
}
