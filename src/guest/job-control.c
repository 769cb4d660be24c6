/* The control socket of a job. It lies in a directory of root's, so whoever reaches it is the engine or root in the sandbox. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "bytes.h"
#include "job.h"

static bool control_address(struct sockaddr_un *address, const char *dir) {
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  int length = snprintf(address->sun_path, sizeof address->sun_path, "%s/control", dir);
  return length > 0 && (size_t)length < sizeof address->sun_path;
}

bool job_listen(struct job *job, const char *dir) {
  struct sockaddr_un address;
  for (int i = 0; i < JOB_CLIENTS_MAX; i++) job->clients[i] = -1;
  job->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (job->listener < 0) return false;
  if (!control_address(&address, dir)) {
    errno = ENAMETOOLONG;
    return false;
  }
  mode_t before = umask(0177);
  bool bound = bind(job->listener, (struct sockaddr *)&address, sizeof address) == 0;
  umask(before);
  return bound && listen(job->listener, JOB_CLIENTS_MAX) == 0;
}

int job_connect(const char *dir, int patience_s) {
  struct sockaddr_un address;
  struct timeval patience = {patience_s, 0};
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | (patience_s == 0 ? SOCK_NONBLOCK : 0), 0);
  if (fd < 0) return -1;
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (control_address(&address, dir) && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

static void drop(struct job *job, int index) {
  close(job->clients[index]);
  job->clients[index] = -1;
  job->watches[index] = false;
}

void job_unlisten(struct job *job) {
  for (int i = 0; i < JOB_CLIENTS_MAX; i++)
    if (job->clients[i] >= 0) drop(job, i);
  close(job->listener);
  job->listener = -1;
  unlinkat(job->dir_fd, "control", 0);
}

void job_accept(struct job *job) {
  int fd = accept4(job->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  for (int i = 0; i < JOB_CLIENTS_MAX; i++) {
    if (job->clients[i] >= 0) continue;
    job->clients[i] = fd;
    job->watches[i] = false;
    return;
  }
  close(fd);
}

static void tell(struct job *job, int index) {
  uint8_t record[JOB_STATE_BYTES];
  job_state_put(record, &job->state);
  /* A watcher that does not keep up has unread states before it, and reads the log whenever it reads one. */
  if (send(job->clients[index], record, sizeof record, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN) drop(job, index);
}

void job_notify(struct job *job) {
  for (int i = 0; i < JOB_CLIENTS_MAX; i++)
    if (job->clients[i] >= 0 && job->watches[i]) tell(job, i);
}

/* To the group; later with SIGKILL when a grace is given. */
static int signal_group(struct job *job, uint32_t signal, uint32_t grace_ms) {
  if (job->pid <= 0) return ESRCH;
  if (signal > 64) return EINVAL;
  if (grace_ms != JOB_NO_GRACE) job->kill_at = job_now_ms() + grace_ms;
  return kill(-job->pid, (int)signal) < 0 ? errno : 0;
}

void job_client_ready(struct job *job, int index) {
  static uint8_t message[1 + JOB_MESSAGE_MAX];
  ssize_t count = recv(job->clients[index], message, sizeof message, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    drop(job, index);
    return;
  }
  if (message[0] == JOB_WATCH) {
    job->watches[index] = true;
    tell(job, index);
    return;
  }
  int error = EINVAL;
  if (message[0] == JOB_INPUT) error = job_input_add(job, message + 1, (size_t)count - 1);
  if (message[0] == JOB_CLOSE) {
    error = job->in < 0 ? EPIPE : 0;
    job_input_close(job);
  }
  if (message[0] == JOB_SIGNAL && count == 9) error = signal_group(job, get32(message + 1), get32(message + 5));
  uint8_t reply[4];
  put32(reply, (uint32_t)error);
  if (send(job->clients[index], reply, sizeof reply, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) drop(job, index);
}
