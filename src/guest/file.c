/* The request of a file operation, its child, and its answer: one record on the child's standard error. */
#include "file.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "child.h"
#include "path.h"

static const char *doomed;

/* Also runs as a signal handler: only what is safe there. */
static void remove_doomed(void) {
  if (doomed != NULL) unlink(doomed);
  doomed = NULL;
}

static void on_signal(int signal) {
  remove_doomed();
  _exit(128 + signal);
}

void file_remove_at_end(const char *path) { doomed = path; }
void file_keep(void) { doomed = NULL; }

static void send_record(int error, enum step step, const char *path, const uint8_t *extra, size_t count) {
  uint8_t record[PATH_MAX + 128];
  size_t length = strlen(path);
  put32(record, (uint32_t)error);
  record[4] = (uint8_t)step;
  put32(record + 5, (uint32_t)length);
  memcpy(record + 9, path, length);
  if (count > 0) memcpy(record + 9 + length, extra, count);
  if (write(STDERR_FILENO, record, 9 + length + count) < 0) _exit(126);
}

_Noreturn void file_answer(const struct file_request *request, const uint8_t *extra, size_t count) {
  send_record(0, STEP_NONE, request->path, extra, count);
  _exit(0);
}

_Noreturn void file_fail(int error, enum step step) {
  remove_doomed();
  send_record(error, step, "", NULL, 0);
  _exit(1);
}

void file_write_all(int fd, const void *bytes, size_t count) {
  const uint8_t *next = bytes;
  while (count > 0) {
    ssize_t written = write(fd, next, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) file_fail(errno, STEP_WRITE);
    next += written;
    count -= (size_t)written;
  }
}

void file_put_stat(uint8_t record[STAT_RECORD_BYTES], const struct stat *stat) {
  mode_t type = stat->st_mode & S_IFMT;
  record[0] = type == S_IFREG ? 1 : type == S_IFDIR ? 2 : type == S_IFLNK ? 3 : 0;
  put32(record + 1, stat->st_mode & 07777);
  put32(record + 5, stat->st_uid);
  put32(record + 9, stat->st_gid);
  put64(record + 13, (uint64_t)stat->st_size);
  put64(record + 21, (uint64_t)((int64_t)stat->st_mtim.tv_sec * 1000 + stat->st_mtim.tv_nsec / 1000000));
}

static bool parse(struct reader *r, struct file_request *request) {
  request->verb = take8(r);
  request->flags = take8(r);
  request->deadline_ms = take32(r);
  request->mode = take32(r);
  request->depth = take32(r);
  request->most_entries = take32(r);
  request->offset = take64(r);
  request->size = take64(r);
  request->user = take_string(r);
  request->cwd = take_string(r);
  request->asked_path = take_string(r);
  request->asked_to = take_string(r);
  return !r->bad && r->left == 0 && request->verb >= FILE_STAT && request->verb <= FILE_PORTS &&
         request->mode <= 07777 && request->deadline_ms > 0;
}

static void resolve(struct file_request *request, const char *home) {
  char start[PATH_MAX];
  int error = path_resolve(home, request->cwd, start);
  if (error == 0) error = path_resolve(start, request->asked_path, request->path);
  if (error == 0) error = path_resolve(start, request->asked_to, request->to);
  if (error != 0) file_fail(error, STEP_OPEN);
}

static void run(const void *argument) {
  struct file_request *request = (struct file_request *)(uintptr_t)argument;
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGALRM, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  struct itimerval timer = {.it_value = {request->deadline_ms / 1000, request->deadline_ms % 1000 * 1000}};
  setitimer(ITIMER_REAL, &timer, NULL);
  struct identity identity;
  int error = identity_find(request->user, &identity);
  if (error != 0) file_fail(error, STEP_USER);
  error = child_become(&identity);
  if (error != 0) file_fail(error, STEP_CREDENTIALS);
  if (chdir("/") < 0) file_fail(errno, STEP_CWD);
  resolve(request, identity.home);
  switch ((enum file_verb)request->verb) {
    case FILE_STAT: file_stat(request);
    case FILE_READ: file_read(request);
    case FILE_WRITE: file_write(request);
    case FILE_LIST: file_list(request);
    case FILE_MKDIR: file_mkdir(request);
    case FILE_MOVE: file_move(request);
    case FILE_REMOVE: file_remove(request);
    case FILE_PORTS: file_ports(request);
  }
}

void file_open(struct channel *channel, struct reader *reader) {
  /* Large, and the loop is single-threaded: it need not be on the stack. */
  static struct file_request request;
  struct child_stdio stdio = {-1, -1, -1, -1};
  if (!parse(reader, &request)) {
    channel_failed(channel, EINVAL, STEP_REQUEST);
    return;
  }
  channel->started = true;
  if (process_pipes(channel, request.verb == FILE_WRITE, &stdio)) process_launch(channel, stdio, run, &request);
}
