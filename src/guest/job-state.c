/* The state of a job: one small record, replaced as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bytes.h"
#include "job.h"

/* The latest time that the engine can tell. */
#define TIME_MAX_MS INT64_C(8640000000000000)

static int64_t clock_ms(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t job_now_ms(void) { return clock_ms(CLOCK_MONOTONIC); }
int64_t job_wall_ms(void) { return clock_ms(CLOCK_REALTIME); }

void job_state_put(uint8_t record[JOB_STATE_BYTES], const struct job_state *state) {
  record[0] = state->status;
  record[1] = state->takes_input;
  put16(record + 2, 0);
  put32(record + 4, state->value);
  put64(record + 8, (uint64_t)state->started_ms);
  put64(record + 16, (uint64_t)state->ended_ms);
  put64(record + 24, state->totals[0]);
  put64(record + 32, state->totals[1]);
  put32(record + 40, state->pid);
}

static bool is_time(int64_t ms) { return ms >= 0 && ms <= TIME_MAX_MS; }

bool job_state_get(const uint8_t record[JOB_STATE_BYTES], struct job_state *state) {
  struct job_state told = {
      .status = record[0],
      .takes_input = record[1] != 0,
      .value = get32(record + 4),
      .started_ms = (int64_t)get64(record + 8),
      .ended_ms = (int64_t)get64(record + 16),
      .totals = {get64(record + 24), get64(record + 32)},
      .pid = get32(record + 40),
  };
  if (told.status > JOB_LOST || !is_time(told.started_ms) || !is_time(told.ended_ms)) return false;
  if (told.totals[0] > JOB_OFFSET_MAX || told.totals[1] > JOB_OFFSET_MAX - told.totals[0]) return false;
  *state = told;
  return true;
}

bool job_write_file(int dir_fd, const char *name, const void *bytes, size_t count) {
  unlinkat(dir_fd, name, 0);
  int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  bool written = write(fd, bytes, count) == (ssize_t)count;
  return close(fd) == 0 && written;
}

bool job_state_save(int dir_fd, const struct job_state *state) {
  uint8_t record[JOB_STATE_BYTES];
  job_state_put(record, state);
  return job_write_file(dir_fd, "state.new", record, sizeof record) && renameat(dir_fd, "state.new", dir_fd, "state") == 0;
}

bool job_state_load(int dir_fd, struct job_state *state) {
  uint8_t record[JOB_STATE_BYTES];
  int fd = openat(dir_fd, "state", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return false;
  ssize_t count = read(fd, record, sizeof record);
  close(fd);
  return count == (ssize_t)sizeof record && job_state_get(record, state);
}
