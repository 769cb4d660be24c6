/* `job-read DIR FROM MOST WAIT_MS data|end STREAMS`: prints the log from the offset FROM (`tN`: the last N bytes), at most
   MOST bytes (0: all), and waits for more, until there is some (`data`) or until the job is over (`end`), WAIT_MS at most
   (-1: for ever). Begins with a position and ends with one and the state. Ends early when its input ends. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "job.h"
#include "job-cursor.h"

struct watch {
  int dir_fd, control;
  struct job_state state;
};

/* Nobody keeps the job any more: what is written down counts, and a job that was never ended is lost. */
static void conclude(struct watch *watch) {
  if (watch->control >= 0) close(watch->control);
  watch->control = -1;
  if (!job_state_load(watch->dir_fd, &watch->state)) memset(&watch->state, 0, sizeof watch->state);
  if (watch->state.status != JOB_RUNNING) return;
  watch->state.status = JOB_LOST;
  watch->state.takes_input = false;
  cursor_scan(watch->dir_fd, watch->state.totals);
}

/* Takes the newest state. */
static void take_states(struct watch *watch, bool first) {
  uint8_t record[JOB_STATE_BYTES];
  for (;;) {
    ssize_t count = recv(watch->control, record, sizeof record, first ? 0 : MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN && !first) return;
    if (count != (ssize_t)sizeof record || !job_state_get(record, &watch->state)) break;
    first = false;
  }
  conclude(watch);
}

static void begin_watch(struct watch *watch, const char *dir) {
  uint8_t message = JOB_WATCH;
  watch->control = job_connect(dir, JOB_PATIENCE_S);
  if (watch->control >= 0 && send(watch->control, &message, 1, MSG_NOSIGNAL) == 1) take_states(watch, true);
  else conclude(watch);
}

/* False when the time is over or nobody waits any more. */
static bool wait_for_more(struct watch *watch, int64_t deadline) {
  int64_t left = deadline < 0 ? -1 : deadline - job_now_ms();
  if (deadline >= 0 && left <= 0) return false;
  struct pollfd fds[2] = {{watch->control, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
  int ready = poll(fds, 2, left > INT_MAX ? INT_MAX : (int)left);
  if (ready < 0 && errno != EINTR) return false;
  char byte;
  if (ready > 0 && fds[1].revents != 0 && read(STDIN_FILENO, &byte, 1) <= 0) return false;
  if (ready > 0 && fds[0].revents != 0) take_states(watch, false);
  return true;
}

static uint64_t watch_total(const struct watch *watch) { return watch->state.totals[0] + watch->state.totals[1]; }

int job_read(int argc, char **argv) {
  if (argc != 8) return 2;
  const char *from = argv[3];
  struct watch watch = {.dir_fd = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), .control = -1};
  if (watch.dir_fd < 0) return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 3 : 1;
  struct cursor cursor = {.dir_fd = watch.dir_fd, .fd = -1, .most = strtoull(argv[4], NULL, 10)};
  long long wait_ms = strtoll(argv[5], NULL, 10);
  bool to_end = strcmp(argv[6], "end") == 0;
  cursor.streams = (uint8_t)(strtoul(argv[7], NULL, 10) & 3);
  int64_t deadline = wait_ms < 0 ? -1 : job_now_ms() + wait_ms;
  begin_watch(&watch, argv[2]);
  uint64_t total = watch_total(&watch), missing = 0;
  uint64_t number = strtoull(*from == 't' ? from + 1 : from, NULL, 10);
  cursor.position = *from != 't' ? number : total > number ? total - number : 0;
  if (!cursor_print_position(&cursor, 0)) return 1;
  for (;;) {
    /* Seen before the log is read: then everything of an ended job is read. */
    bool over = watch.state.status != JOB_RUNNING;
    enum cursor_result result;
    do result = cursor_step(&cursor);
    while (result == CURSOR_MORE);
    if (result == CURSOR_BROKEN) return 1;
    if (result == CURSOR_EMPTY && over) missing = cursor_skip_to(&cursor, watch_total(&watch));
    if (result == CURSOR_FULL || over || (!to_end && cursor.printed > 0)) break;
    if (!wait_for_more(&watch, deadline)) break;
  }
  uint8_t record[JOB_STATE_BYTES];
  job_state_put(record, &watch.state);
  return cursor_print_position(&cursor, missing) && job_print(RECORD_STATE, record, sizeof record) ? 0 : 1;
}
