/* Input for a job: kept in memory until the command takes it, up to a bound. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job.h"

static void close_now(struct job *job) {
  if (job->in >= 0) close(job->in);
  job->in = -1;
  free(job->pending);
  job->pending = NULL;
  job->pending_from = job->pending_to = 0;
  job->state.takes_input = false;
}

void job_input_write(struct job *job) {
  while (job->in >= 0 && job->pending_from < job->pending_to) {
    ssize_t count = write(job->in, job->pending + job->pending_from, job->pending_to - job->pending_from);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) {
      close_now(job);
      return;
    }
    job->pending_from += (size_t)count;
  }
  if (job->in < 0 || job->close_input) {
    close_now(job);
    return;
  }
  free(job->pending);
  job->pending = NULL;
  job->pending_from = job->pending_to = 0;
}

int job_input_add(struct job *job, const uint8_t *bytes, size_t count) {
  if (job->in < 0 || job->close_input) return EPIPE;
  size_t left = job->pending_to - job->pending_from;
  if (left + count > JOB_PENDING_MAX) return EAGAIN;
  uint8_t *grown = malloc(left + count + 1);
  if (grown == NULL) return ENOMEM;
  if (left > 0) memcpy(grown, job->pending + job->pending_from, left);
  memcpy(grown + left, bytes, count);
  free(job->pending);
  job->pending = grown;
  job->pending_from = 0;
  job->pending_to = left + count;
  job_input_write(job);
  return 0;
}

void job_input_close(struct job *job) {
  job->close_input = true;
  job_input_write(job);
}
