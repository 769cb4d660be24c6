/* These run in the loop, without a fork: a write to the freezer cgroup is what thaws a parked sandbox. */
#include "raw.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "link.h"
#include "request.h"

enum { RAW_OPTIONAL = 1 };

static int write_one(const char *path, const uint8_t *data, uint32_t length) {
  int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return errno;
  ssize_t count = write(fd, data, length);
  int error = count < 0 ? errno : (size_t)count == length ? 0 : EIO;
  close(fd);
  return error;
}

void raw_write(const struct frame *frame) {
  struct reader r = {frame->payload, frame->length, false};
  int error = host_mode ? 0 : EPERM;
  uint16_t count = take16(&r), index = 0;
  for (; error == 0 && index < count; index++) {
    uint8_t flags = take8(&r);
    const char *path = take_string(&r);
    uint32_t length = take32(&r);
    const uint8_t *data = take(&r, length);
    error = r.bad ? EINVAL : write_one(path, data, length);
    if (error == ENOENT && flags & RAW_OPTIONAL) error = 0;
    if (error != 0) break;
  }
  uint8_t reply[6];
  put32(reply, (uint32_t)error);
  put16(reply + 4, index);
  link_reply(REPLY_DONE, 0, frame->channel, reply, sizeof reply);
}

/* Fills `data` and sets `*length`; one byte more than fits makes EFBIG. */
static int read_all(const char *path, uint8_t *data, uint32_t most, uint32_t *length) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return errno;
  ssize_t count = 1;
  uint8_t beyond;
  while (*length < most && (count = read(fd, data + *length, most - *length)) > 0) *length += (uint32_t)count;
  if (count > 0) count = read(fd, &beyond, 1) > 0 ? -2 : 0;
  int error = count == -2 ? EFBIG : count < 0 ? errno : 0;
  close(fd);
  return error;
}

void raw_read(const struct frame *frame) {
  struct reader r = {frame->payload, frame->length, false};
  const char *path = take_string(&r);
  uint8_t *reply = link_reserve(PAYLOAD_MAX);
  if (reply == NULL) return;
  uint32_t length = 0;
  int error = !host_mode ? EPERM : r.bad ? EINVAL : read_all(path, reply + 6, PAYLOAD_MAX - 6, &length);
  put32(reply, (uint32_t)error);
  put16(reply + 4, 0);
  link_commit(REPLY_DONE, 0, frame->channel, 6 + (error == 0 ? length : 0));
}
