/* Writing. A frame is one write, so that a reader sees whole frames and perhaps a part of the last. */
#include "job-log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bytes.h"

#define NEW_NAME "log.new"

enum { SMALLEST_SEGMENT = 16 << 10, SEGMENTS_WANTED = 34 };

void log_name(char name[LOG_NAME_BYTES], uint64_t start) {
  snprintf(name, LOG_NAME_BYTES, "log.%016llx", (unsigned long long)start);
}

void log_open(struct job_log *log, int dir_fd, uint64_t bound) {
  memset(log, 0, sizeof *log);
  log->dir_fd = dir_fd;
  log->fd = -1;
  log->bound = bound;
  log->segment_bytes = bound / SEGMENTS_WANTED;
  if (log->segment_bytes > LOG_SEGMENT_BYTES) log->segment_bytes = LOG_SEGMENT_BYTES;
  if (log->segment_bytes < SMALLEST_SEGMENT) log->segment_bytes = SMALLEST_SEGMENT;
}

static void drop_oldest(struct job_log *log) {
  char name[LOG_NAME_BYTES];
  log_name(name, log->segments[0].start);
  unlinkat(log->dir_fd, name, 0);
  log->held -= log->segments[0].bytes;
  log->count--;
  memmove(log->segments, log->segments + 1, (size_t)log->count * sizeof *log->segments);
}

static void leave_segment(struct job_log *log) {
  if (log->fd >= 0) close(log->fd);
  log->fd = -1;
}

static bool begin_segment(struct job_log *log) {
  leave_segment(log);
  while (log->count > 0 && (log->held + log->segment_bytes > log->bound || log->count == LOG_SEGMENTS_MAX)) drop_oldest(log);
  uint8_t header[LOG_HEADER_BYTES] = {0};
  memcpy(header, LOG_MAGIC, 8);
  put64(header + 8, log->totals[0]);
  put64(header + 16, log->totals[1]);
  char name[LOG_NAME_BYTES];
  uint64_t start = log->totals[0] + log->totals[1];
  log_name(name, start);
  /* It gets its name when its header is there, so that no reader takes it for damaged; whatever had that name goes. */
  unlinkat(log->dir_fd, NEW_NAME, 0);
  log->fd = openat(log->dir_fd, NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (log->fd < 0) return false;
  if (write(log->fd, header, sizeof header) != (ssize_t)sizeof header || renameat(log->dir_fd, NEW_NAME, log->dir_fd, name) < 0) {
    leave_segment(log);
    unlinkat(log->dir_fd, NEW_NAME, 0);
    return false;
  }
  /* One that got nothing before the disk was full has the same name. */
  if (log->count > 0 && log->segments[log->count - 1].start == start) log->held -= log->segments[--log->count].bytes;
  log->segments[log->count++] = (struct log_segment){start, sizeof header};
  log->held += sizeof header;
  return true;
}

static bool put_frame(struct job_log *log, int stream, const uint8_t *bytes, size_t count) {
  struct log_segment *last = log->count > 0 ? &log->segments[log->count - 1] : NULL;
  if (log->fd < 0 || last->bytes + LOG_FRAME_BYTES + count > log->segment_bytes + LOG_PIECE_MAX) {
    if (!begin_segment(log)) return false;
    last = &log->segments[log->count - 1];
  }
  uint8_t header[LOG_FRAME_BYTES] = {'F', (uint8_t)stream, 0, 0};
  put32(header + 4, (uint32_t)count);
  struct iovec pieces[2] = {{header, sizeof header}, {(void *)(uintptr_t)bytes, count}};
  ssize_t written = writev(log->fd, pieces, 2);
  if (written == (ssize_t)(sizeof header + count)) {
    last->bytes += (uint64_t)written;
    log->held += (uint64_t)written;
    return true;
  }
  if (ftruncate(log->fd, (off_t)last->bytes) < 0) last->bytes += written > 0 ? (uint64_t)written : 0;
  leave_segment(log);
  return false;
}

void log_add(struct job_log *log, int stream, const uint8_t *bytes, size_t count) {
  while (count > 0) {
    size_t piece = count < LOG_PIECE_MAX ? count : LOG_PIECE_MAX;
    if (!put_frame(log, stream, bytes, piece) && log->count > 1) {
      /* A full disk: the oldest output makes room for the newest. */
      drop_oldest(log);
      put_frame(log, stream, bytes, piece);
    }
    log->totals[stream - 1] += piece;
    bytes += piece;
    count -= piece;
  }
}
