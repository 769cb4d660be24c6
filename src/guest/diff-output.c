/* Small things are gathered, large files go from the page cache into the pipe without passing through here. */
#include "diff-output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "diff-backlog.h"
#include "diff-limits.h"
#include "diff-report.h"

enum { OUTPUT_BYTES = 256 << 10, DIRECT_BYTES = 128 << 10, PIPE_BYTES = 1 << 20 };

static uint8_t buffer[OUTPUT_BYTES];
static size_t used;

void output_prepare(void) {
  used = 0;
  /* Fewer switches between writer and reader; it may not be a pipe, or not be allowed, and that is fine. */
  (void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
}

void output_flush(void) {
  backlog_write(buffer, used);
  used = 0;
}

static size_t room(uint64_t wanted) {
  if (used == OUTPUT_BYTES) output_flush();
  return wanted < OUTPUT_BYTES - used ? (size_t)wanted : OUTPUT_BYTES - used;
}

void output_bytes(const void *bytes, size_t count) {
  for (const uint8_t *next = bytes; count > 0;) {
    size_t part = room(count);
    memcpy(buffer + used, next, part);
    used += part;
    next += part;
    count -= part;
  }
}

void output_zeros(uint64_t count) {
  while (count > 0) {
    size_t part = room(count);
    memset(buffer + used, 0, part);
    used += part;
    count -= part;
  }
}

/* As much as the kernel moves by itself; the rest is read and written. */
static uint64_t send_directly(int fd, off_t *offset, uint64_t left) {
  output_flush();
  while (left > 0) {
    ssize_t count = sendfile(STDOUT_FILENO, fd, offset, left < 1u << 30 ? (size_t)left : 1u << 30);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EINVAL && errno != ENOSYS)
      diff_fail(DIFF_IO, "failed errno=%s step=copy", diff_errno(errno));
    if (count <= 0) break;
    left -= (uint64_t)count;
  }
  return left;
}

uint64_t output_file(int fd, off_t offset, uint64_t size) {
  uint64_t left = size > DIRECT_BYTES && !backlog_is_open() ? send_directly(fd, &offset, size) : size;
  while (left > 0) {
    size_t part = room(left);
    ssize_t count = pread(fd, buffer + used, part, offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) diff_fail(DIFF_IO, "failed errno=%s step=read", diff_errno(errno));
    if (count == 0) break;
    used += (size_t)count;
    offset += count;
    left -= (uint64_t)count;
  }
  output_zeros(left);
  return left;
}
