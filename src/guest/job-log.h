/* The output of a job on disk: segments `log.<offset>` of frames, the oldest of which are dropped past a bound. */
#ifndef THAW_JOB_LOG_H
#define THAW_JOB_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  LOG_HEADER_BYTES = 32,
  LOG_FRAME_BYTES = 8,
  LOG_PIECE_MAX = 64 << 10,
  LOG_SEGMENTS_MAX = 48,
  LOG_SEGMENT_BYTES = 4 << 20,
  LOG_NAME_BYTES = 24
};
#define LOG_MAGIC "THAWLOG1"

struct log_segment {
  /* How many bytes of output came before it. */
  uint64_t start, bytes;
};

struct job_log {
  int dir_fd, fd;
  uint64_t bound, segment_bytes, held;
  uint64_t totals[2];
  struct log_segment segments[LOG_SEGMENTS_MAX];
  int count;
};

void log_open(struct job_log *log, int dir_fd, uint64_t bound);
/* Always counts; what the disk does not take is missing from the log and seen as a gap. */
void log_add(struct job_log *log, int stream, const uint8_t *bytes, size_t count);
void log_name(char name[LOG_NAME_BYTES], uint64_t start);

#endif
