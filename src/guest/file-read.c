/* Facts and contents of files. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "file.h"

_Noreturn void file_stat(struct file_request *request) {
  struct stat facts;
  uint8_t record[STAT_RECORD_BYTES];
  /* A link that leads nowhere is still there. */
  if (stat(request->path, &facts) < 0 && (errno != ENOENT || lstat(request->path, &facts) < 0))
    file_fail(errno, STEP_OPEN);
  file_put_stat(record, &facts);
  file_answer(request, record, sizeof record);
}

_Noreturn void file_read(struct file_request *request) {
  static uint8_t buffer[64 << 10];
  struct stat facts;
  uint8_t record[STAT_RECORD_BYTES];
  int fd = open(request->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) file_fail(errno, STEP_OPEN);
  if (fstat(fd, &facts) < 0) file_fail(errno, STEP_OPEN);
  if (S_ISDIR(facts.st_mode)) file_fail(EISDIR, STEP_OPEN);
  if (!S_ISREG(facts.st_mode)) file_fail(EINVAL, STEP_TYPE);
  if (request->offset > INT64_MAX || lseek(fd, (off_t)request->offset, SEEK_SET) < 0) file_fail(EINVAL, STEP_READ);
  for (uint64_t left = request->size; left > 0;) {
    ssize_t count = read(fd, buffer, left < sizeof buffer ? left : sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) file_fail(errno, STEP_READ);
    if (count == 0) break;
    file_write_all(STDOUT_FILENO, buffer, (size_t)count);
    left -= (uint64_t)count;
  }
  file_put_stat(record, &facts);
  file_answer(request, record, sizeof record);
}
