/* The records in which a job is told to the engine. */
#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bytes.h"
#include "job.h"

static bool write_all(const uint8_t *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(STDOUT_FILENO, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    count -= (size_t)written;
  }
  return true;
}

bool job_print(uint8_t type, const void *bytes, size_t count) {
  uint8_t header[8] = {'R', type, 0, 0};
  put32(header + 4, (uint32_t)count);
  struct iovec pieces[2] = {{header, sizeof header}, {(void *)(uintptr_t)bytes, count}};
  ssize_t written = writev(STDOUT_FILENO, pieces, 2);
  if (written < 0) return false;
  size_t done = (size_t)written;
  if (done < sizeof header && !write_all(header + done, sizeof header - done)) return false;
  size_t of_body = done < sizeof header ? 0 : done - sizeof header;
  return write_all((const uint8_t *)bytes + of_body, count - of_body);
}
