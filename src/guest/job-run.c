/* The supervisor: one process per job, which the agent runs as root. It answers `started PID` or `failed ERRNO STEP` on its
   output, keeps that open until the job is over, and stays on only to drain what children in the background still write. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytes.h"
#include "child.h"
#include "file.h"
#include "job.h"
#include "protocol.h"

enum { SPEC_MAX = 32 << 20, FIXED_FDS = 6, SPEC_VERSION = 1 };

static void on_child(int signal) { (void)signal; }

static uint8_t *read_spec(size_t *length) {
  size_t room = 64 << 10;
  uint8_t *spec = malloc(room);
  for (*length = 0; spec != NULL;) {
    ssize_t count = read(STDIN_FILENO, spec + *length, room - *length);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 ? NULL : spec;
    *length += (size_t)count;
    if (*length < room) continue;
    if (room >= SPEC_MAX) return NULL;
    room *= 2;
    spec = realloc(spec, room);
  }
  return NULL;
}

static uint8_t piece[LOG_PIECE_MAX];

/* At most `most` bytes of a stream. False when there are none for now. */
static bool take_output(struct job *job, int index, size_t most) {
  if (job->out[index] < 0) return false;
  ssize_t count = read(job->out[index], piece, most < sizeof piece ? most : sizeof piece);
  if (count > 0) {
    log_add(&job->log, index + 1, piece, (size_t)count);
    return true;
  }
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  close(job->out[index]);
  job->out[index] = -1;
  return false;
}

/* What the pipes hold at this moment, whoever else writes on. */
static void take_last_output(struct job *job) {
  for (int i = 0; i < 2; i++) {
    int held = 0;
    if (job->out[i] < 0 || ioctl(job->out[i], FIONREAD, &held) < 0) continue;
    while (held > 0) {
      uint64_t before = job->log.totals[i];
      if (!take_output(job, i, (size_t)held)) break;
      held -= (int)(job->log.totals[i] - before);
    }
  }
}

static void finish(struct job *job, uint8_t status, uint32_t value) {
  take_last_output(job);
  job->pid = 0;
  if (job->in >= 0) close(job->in);
  job->in = -1;
  job->state.status = job->timed_out ? JOB_TIMED_OUT : status;
  job->state.value = value;
  job->state.takes_input = false;
  job->state.ended_ms = job_wall_ms();
  memcpy(job->state.totals, job->log.totals, sizeof job->state.totals);
  if (job->session_fd >= 0) job_session_forget(job);
  job_state_save(job->dir_fd, &job->state);
  job_notify(job);
  job_unlisten(job);
}

static void end_by_status(struct job *job, int status) {
  if (WIFSIGNALED(status)) finish(job, JOB_SIGNALLED, (uint32_t)WTERMSIG(status));
  else finish(job, JOB_EXITED, (uint32_t)WEXITSTATUS(status));
}

/* Whether the command has ended, by whichever of the ways in which that is told. */
static void look_for_end(struct job *job, bool status_ready, bool session_ready) {
  int status;
  uint8_t record[4];
  uint32_t code = 0;
  if (job->is_child) {
    if (waitpid(job->pid, &status, WNOHANG) == job->pid) end_by_status(job, status);
  } else if (job->session_fd >= 0) {
    if (status_ready && job_session_status(job, &code)) finish(job, JOB_EXITED, code);
    else if (session_ready && job_session_over(job, &code)) finish(job, JOB_EXITED, code);
  } else if (status_ready) {
    ssize_t count = read(job->status_fd, record, sizeof record);
    if (count == (ssize_t)sizeof record) end_by_status(job, (int)get32(record));
    else if (count >= 0 || errno != EINTR) finish(job, JOB_LOST, 0);
  }
}

static void keep_deadlines(struct job *job) {
  int64_t now = job_now_ms();
  bool late = job->deadline != 0 && now >= job->deadline, killed = job->kill_at != 0 && now >= job->kill_at;
  if (!late && !killed) return;
  if (late) job->timed_out = true;
  job->deadline = job->kill_at = 0;
  if (job->pid > 0) kill(-job->pid, SIGKILL);
}

static void wait_for(struct job *job, struct pollfd *fds, nfds_t count) {
  sigset_t none;
  sigemptyset(&none);
  int64_t next = job->deadline;
  if (job->kill_at != 0 && (next == 0 || job->kill_at < next)) next = job->kill_at;
  int64_t left = next == 0 ? 0 : next - job_now_ms();
  if (left < 0) left = 0;
  struct timespec timeout = {left / 1000, left % 1000 * 1000000};
  if (ppoll(fds, count, next == 0 ? NULL : &timeout, &none) < 0)
    for (nfds_t i = 0; i < count; i++) fds[i].revents = 0;
}

static void supervise(struct job *job) {
  struct pollfd fds[FIXED_FDS + JOB_CLIENTS_MAX];
  while (job->state.status == JOB_RUNNING) {
    fds[0] = (struct pollfd){job->out[0], POLLIN, 0};
    fds[1] = (struct pollfd){job->out[1], POLLIN, 0};
    fds[2] = (struct pollfd){job->status_fd, POLLIN, 0};
    fds[3] = (struct pollfd){job->session_fd, POLLIN, 0};
    fds[4] = (struct pollfd){job->listener, POLLIN, 0};
    fds[5] = (struct pollfd){job->pending_from < job->pending_to ? job->in : -1, POLLOUT, 0};
    for (int i = 0; i < JOB_CLIENTS_MAX; i++) fds[FIXED_FDS + i] = (struct pollfd){job->clients[i], POLLIN, 0};
    wait_for(job, fds, FIXED_FDS + JOB_CLIENTS_MAX);
    uint64_t before = job->log.totals[0] + job->log.totals[1];
    for (int i = 0; i < 2; i++)
      if (fds[i].revents != 0) take_output(job, i, sizeof piece);
    memcpy(job->state.totals, job->log.totals, sizeof job->state.totals);
    if (fds[5].revents != 0) job_input_write(job);
    for (int i = 0; i < JOB_CLIENTS_MAX; i++)
      if (fds[FIXED_FDS + i].revents != 0 && job->clients[i] >= 0) job_client_ready(job, i);
    if (fds[4].revents != 0) job_accept(job);
    if (job->log.totals[0] + job->log.totals[1] != before) job_notify(job);
    keep_deadlines(job);
    look_for_end(job, fds[2].revents != 0, fds[3].revents != 0);
  }
}

/* A background child must not die of a pipe that nobody reads. */
static void drain(struct job *job) {
  while (job->out[0] >= 0 || job->out[1] >= 0) {
    struct pollfd fds[2] = {{job->out[0], POLLIN, 0}, {job->out[1], POLLIN, 0}};
    if (poll(fds, 2, -1) < 0 && errno != EINTR) return;
    for (int i = 0; i < 2; i++) {
      if (fds[i].revents == 0) continue;
      ssize_t count = read(job->out[i], piece, sizeof piece);
      if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))) continue;
      close(job->out[i]);
      job->out[i] = -1;
    }
  }
}

static int fail(int error, uint8_t step) {
  char line[64];
  int length = snprintf(line, sizeof line, "failed %d %d\n", error, step);
  return write(STDOUT_FILENO, line, (size_t)length) < 0 ? 2 : 1;
}

static int prepare(struct job *job, const char *dir) {
  int error = file_make_parents(dir, 0711);
  if (error != 0) return error;
  if (mkdir(dir, 0700) < 0) return errno;
  job->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  return job->dir_fd < 0 || fchmod(job->dir_fd, 0700) < 0 ? errno : 0;
}

static void forget_files(struct job *job, const char *dir) {
  char name[LOG_NAME_BYTES];
  job_session_forget(job);
  for (int i = 0; i < job->log.count; i++) {
    log_name(name, job->log.segments[i].start);
    unlinkat(job->dir_fd, name, 0);
  }
  for (size_t i = 0; i < 3; i++) unlinkat(job->dir_fd, (const char *[]){"about", "state", "control"}[i], 0);
  rmdir(dir);
}

int job_run(const char *dir) {
  static struct job job = {.dir_fd = -1, .out = {-1, -1}, .in = -1, .status_fd = -1, .session_fd = -1, .listener = -1};
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  struct sigaction action = {.sa_handler = on_child};
  sigaction(SIGCHLD, &action, NULL);
  /* The sandbox's end tells all processes to end: the command hears it itself, and how it ends is still to be written down. */
  for (size_t i = 0; i < 4; i++) signal((int[]){SIGTERM, SIGHUP, SIGINT, SIGPIPE}[i], SIG_IGN);
  child_learn_signals();

  size_t length;
  uint8_t *spec = read_spec(&length);
  struct reader r = {spec, spec == NULL ? 0 : length, false};
  uint8_t version = take8(&r), mode = take8(&r), step = STEP_REQUEST;
  uint64_t timeout_ms = take64(&r), bound = take64(&r);
  uint32_t about_length = take32(&r);
  const uint8_t *about = take(&r, about_length);
  if (r.bad || version != SPEC_VERSION || about_length > JOB_ABOUT_MAX) return fail(EINVAL, STEP_REQUEST);
  int error = prepare(&job, dir);
  if (error != 0) return fail(error, STEP_MKDIR);
  log_open(&job.log, job.dir_fd, bound);
  job.state.started_ms = job_wall_ms();
  /* The state first: what has an `about` is a job, and one without a state is damaged. */
  if (!job_state_save(job.dir_fd, &job.state) || !job_write_file(job.dir_fd, "about", about, about_length) || !job_listen(&job, dir)) {
    error = errno == 0 ? EIO : errno;
    step = STEP_WRITE;
  } else if (mode == JOB_SPAWN) {
    error = job_spawn(&job, r.next, r.left, &step);
  } else if (mode == JOB_ADOPT) {
    error = job_adopt(&job, r.next, r.left, &step);
  } else {
    error = job_in_session(&job, dir, r.next, r.left, &step);
  }
  free(spec);
  if (error != 0) {
    forget_files(&job, dir);
    return fail(error, step);
  }
  if (timeout_ms != 0) job.deadline = job_now_ms() + (int64_t)timeout_ms;
  job.state.pid = (uint32_t)job.pid;
  job.state.takes_input = job.in >= 0 && !job.close_input;
  memcpy(job.state.totals, job.log.totals, sizeof job.state.totals);
  job_state_save(job.dir_fd, &job.state);
  char line[32];
  int line_length = snprintf(line, sizeof line, "started %d\n", (int)job.pid);
  if (write(STDOUT_FILENO, line, (size_t)line_length) < 0) errno = 0;
  supervise(&job);
  close(STDOUT_FILENO);
  close(STDERR_FILENO);
  drain(&job);
  return 0;
}
