/* Frames are taken only as wholes; a segment that makes no sense is left for the next one. */
#include "job-cursor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "job.h"

/* A log has no more segments; beyond that many that make no sense, nothing in its directory does. */
enum { NAME_DIGITS = 16, SENSELESS_MAX = 2 * LOG_SEGMENTS_MAX };

static uint8_t buffer[256 << 10];

static bool parse_name(const char *name, uint64_t *start) {
  char *rest;
  if (strncmp(name, "log.", 4) != 0 || strlen(name + 4) != NAME_DIGITS) return false;
  *start = strtoull(name + 4, &rest, 16);
  return *rest == '\0' && *start <= JOB_OFFSET_MAX;
}

/* The first segment behind `position`; or else the last one that begins at or before it, or the first of all. */
static bool find_segment(int dir_fd, uint64_t position, bool behind, uint64_t *found) {
  int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (dir == NULL) return false;
  bool any = false;
  struct dirent *entry;
  uint64_t start;
  while ((entry = readdir(dir)) != NULL) {
    if (!parse_name(entry->d_name, &start) || (behind && start <= position)) continue;
    bool fits = start <= position, best_fits = any && *found <= position;
    bool better = !any || (fits && best_fits ? start > *found : fits ? !best_fits : !best_fits && start < *found);
    if (better) *found = start;
    any = true;
  }
  closedir(dir);
  return any;
}

uint64_t cursor_skip_to(struct cursor *cursor, uint64_t position) {
  uint64_t missing = position > cursor->position ? position - cursor->position : 0;
  cursor->position += missing;
  return missing;
}

bool cursor_print_position(const struct cursor *cursor, uint64_t missing) {
  uint8_t record[16];
  put64(record, cursor->position);
  put64(record + 8, missing);
  return job_print(RECORD_POSITION, record, sizeof record);
}

static bool header_makes_sense(int fd, uint64_t start, uint64_t totals[2]) {
  uint8_t header[LOG_HEADER_BYTES];
  if (pread(fd, header, sizeof header, 0) != (ssize_t)sizeof header || memcmp(header, LOG_MAGIC, 8) != 0) return false;
  uint64_t out = get64(header + 8), err = get64(header + 16);
  if (out > start || err != start - out) return false;
  totals[0] = out;
  totals[1] = err;
  return true;
}

/* -1 for what is no segment. */
static int open_segment(int dir_fd, uint64_t start, uint64_t totals[2]) {
  char name[LOG_NAME_BYTES];
  log_name(name, start);
  int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0 || header_makes_sense(fd, start, totals)) return fd;
  close(fd);
  return -1;
}

static enum cursor_result enter(struct cursor *cursor, uint64_t start) {
  uint64_t totals[2];
  if (cursor->fd >= 0) close(cursor->fd);
  cursor->fd = open_segment(cursor->dir_fd, start, totals);
  cursor->segment = cursor->offset = start;
  cursor->has_next = false;
  /* Beyond any end: nothing is read of what makes no sense, and where the output goes on is for the next one to say. */
  cursor->at = cursor->fd >= 0 ? LOG_HEADER_BYTES : -1;
  if (cursor->fd < 0) cursor->senseless++;
  if (cursor->fd < 0 || start <= cursor->position) return CURSOR_MORE;
  return cursor_print_position(cursor, cursor_skip_to(cursor, start)) ? CURSOR_MORE : CURSOR_BROKEN;
}

static bool is_frame(const uint8_t *header) {
  uint32_t length = get32(header + 4);
  return header[0] == 'F' && header[1] >= 1 && header[1] <= 2 && length > 0 && length <= LOG_PIECE_MAX;
}

/* Prints what is wanted of a frame at `cursor->offset`. */
static enum cursor_result print_frame(struct cursor *cursor, uint8_t stream, const uint8_t *bytes, uint32_t length) {
  uint64_t end = cursor->offset + length;
  if (end <= cursor->position) return CURSOR_MORE;
  uint64_t skipped = cursor->position > cursor->offset ? cursor->position - cursor->offset : 0;
  uint64_t count = length - skipped, room = cursor->most - cursor->printed;
  if ((cursor->streams & stream) == 0) {
    cursor->position = end;
    return CURSOR_MORE;
  }
  bool full = cursor->most != 0 && count >= room;
  if (full) count = room;
  if (count > 0 && !job_print(stream == 1 ? RECORD_STDOUT : RECORD_STDERR, bytes + skipped, count)) return CURSOR_BROKEN;
  cursor->printed += count;
  cursor->position = cursor->position < cursor->offset ? cursor->offset + count : cursor->position + count;
  return full ? CURSOR_FULL : CURSOR_MORE;
}

enum cursor_result cursor_step(struct cursor *cursor) {
  uint64_t start;
  if (cursor->most != 0 && cursor->printed >= cursor->most) return CURSOR_FULL;
  if (cursor->senseless > SENSELESS_MAX) return CURSOR_EMPTY;
  if (cursor->fd < 0 && cursor->at == 0) return find_segment(cursor->dir_fd, cursor->position, false, &start) ? enter(cursor, start) : CURSOR_EMPTY;
  ssize_t count = cursor->at < 0 ? 0 : pread(cursor->fd, buffer, sizeof buffer, cursor->at);
  ssize_t used = 0;
  while (count - used >= LOG_FRAME_BYTES && is_frame(buffer + used)) {
    uint32_t length = get32(buffer + used + 4);
    if (count - used < (ssize_t)(LOG_FRAME_BYTES + length)) break;
    enum cursor_result result = print_frame(cursor, buffer[used + 1], buffer + used + LOG_FRAME_BYTES, length);
    if (result != CURSOR_MORE) return result;
    used += LOG_FRAME_BYTES + (ssize_t)length;
    cursor->offset += length;
  }
  cursor->at += used;
  if (used > 0) return CURSOR_MORE;
  if (cursor->has_next && find_segment(cursor->dir_fd, cursor->segment, true, &start)) return enter(cursor, start);
  /* Only once there is a next one, this one is complete: it is looked at again. */
  cursor->has_next = find_segment(cursor->dir_fd, cursor->segment, true, &start);
  return cursor->has_next ? CURSOR_MORE : CURSOR_EMPTY;
}

/* The last segment that makes sense, or -1. */
static int open_last(int dir_fd, uint64_t totals[2]) {
  uint64_t start, most = JOB_OFFSET_MAX;
  for (int tried = 0; tried <= SENSELESS_MAX && find_segment(dir_fd, most, false, &start) && start <= most; tried++) {
    int fd = open_segment(dir_fd, start, totals);
    if (fd >= 0 || start == 0) return fd;
    most = start - 1;
  }
  return -1;
}

void cursor_scan(int dir_fd, uint64_t totals[2]) {
  totals[0] = totals[1] = 0;
  int fd = open_last(dir_fd, totals);
  uint8_t header[LOG_FRAME_BYTES];
  off_t at = LOG_HEADER_BYTES, size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
  /* No supervisor writes more into one. */
  if (size > LOG_SEGMENT_BYTES + 2 * LOG_PIECE_MAX) size = LOG_SEGMENT_BYTES + 2 * LOG_PIECE_MAX;
  while (fd >= 0 && pread(fd, header, sizeof header, at) == (ssize_t)sizeof header && is_frame(header)) {
    at += LOG_FRAME_BYTES + (off_t)get32(header + 4);
    if (at > size) break;
    totals[header[1] - 1] += get32(header + 4);
  }
  if (fd >= 0) close(fd);
}
