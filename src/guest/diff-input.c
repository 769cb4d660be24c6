/* Content is used where it was read to: one copy between the pipe and a file. */
#include "diff-input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "diff-limits.h"
#include "diff-report.h"
#include "diff-tar.h"

enum { INPUT_BYTES = 512 << 10, PIPE_BYTES = 1 << 20 };

static uint8_t buffer[INPUT_BYTES];
static size_t start, end;

void input_prepare(void) {
  start = end = 0;
  (void)fcntl(STDIN_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
}

static bool fill(void) {
  if (start == end) start = end = 0;
  if (end == INPUT_BYTES) {
    memmove(buffer, buffer + start, end - start);
    end -= start;
    start = 0;
  }
  ssize_t count;
  do count = read(STDIN_FILENO, buffer + end, INPUT_BYTES - end);
  while (count < 0 && errno == EINTR);
  if (count < 0) diff_fail(DIFF_IO, "failed errno=%s step=input", diff_errno(errno));
  end += (size_t)count;
  return count > 0;
}

static void need(size_t count) {
  while (end - start < count)
    if (!fill()) diff_fail(DIFF_TRUNCATED, "truncated: the stream ends before its end entry");
}

const uint8_t *input_block(void) {
  need(TAR_BLOCK);
  start += TAR_BLOCK;
  return buffer + start - TAR_BLOCK;
}

size_t input_some(const uint8_t **bytes, uint64_t most) {
  need(1);
  size_t count = end - start < most ? end - start : (size_t)most;
  *bytes = buffer + start;
  start += count;
  return count;
}

void input_copy(void *to, size_t count) {
  const uint8_t *bytes;
  for (uint8_t *next = to; count > 0;) {
    size_t part = input_some(&bytes, count);
    memcpy(next, bytes, part);
    next += part;
    count -= part;
  }
}

void input_skip(uint64_t count) {
  const uint8_t *bytes;
  while (count > 0) count -= input_some(&bytes, count);
}

bool input_is_over(void) { return start == end && !fill(); }
