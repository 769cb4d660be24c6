/* Requests are read where they lie and checked at every step; replies are built in one buffer of fixed size. */
#include "sftp-wire.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { REPLIES_MAX = 2 * SFTP_PACKET_MAX, LENGTH_BYTES = 4 };

static uint8_t replies[REPLIES_MAX];
static size_t used, begun;

static const uint8_t *take(struct sftp_in *in, uint32_t length) {
  if (in->bad || length > in->left) {
    in->bad = true;
    return NULL;
  }
  const uint8_t *at = in->at;
  in->at += length;
  in->left -= length;
  return at;
}

uint32_t sftp_take32(struct sftp_in *in) {
  const uint8_t *at = take(in, 4);
  return at == NULL ? 0 : (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

uint64_t sftp_take64(struct sftp_in *in) {
  uint64_t high = sftp_take32(in);
  return high << 32 | sftp_take32(in);
}

const uint8_t *sftp_take_bytes(struct sftp_in *in, uint32_t *length) {
  *length = sftp_take32(in);
  const uint8_t *at = take(in, *length);
  if (at == NULL) *length = 0;
  return at;
}

void sftp_take_path(struct sftp_in *in, char path[PATH_MAX]) {
  uint32_t length;
  const uint8_t *at = sftp_take_bytes(in, &length);
  path[0] = '\0';
  if (at == NULL) return;
  if (length >= PATH_MAX || memchr(at, '\0', length) != NULL) {
    in->bad = true;
    return;
  }
  memcpy(path, at, length);
  path[length] = '\0';
}

static void put(const void *bytes, size_t length) {
  /* Never true: no reply is longer than a packet. It keeps a mistake elsewhere from becoming an overflow. */
  if (length > REPLIES_MAX - used) _exit(70);
  memcpy(replies + used, bytes, length);
  used += length;
}

void sftp_put8(uint8_t value) { put(&value, 1); }

void sftp_put32(uint32_t value) {
  uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
  put(bytes, sizeof bytes);
}

void sftp_put64(uint64_t value) {
  sftp_put32((uint32_t)(value >> 32));
  sftp_put32((uint32_t)value);
}

void sftp_put_bytes(const void *bytes, size_t length) {
  sftp_put32((uint32_t)length);
  put(bytes, length);
}

void sftp_put_text(const char *text) { sftp_put_bytes(text, strlen(text)); }

void sftp_begin(enum sftp_reply type, uint32_t id) {
  begun = used;
  sftp_put32(0);
  sftp_put8((uint8_t)type);
  sftp_put32(id);
}

void sftp_end(void) {
  size_t end = used;
  used = begun;
  sftp_put32((uint32_t)(end - begun - LENGTH_BYTES));
  used = end;
}

uint8_t *sftp_place(void) { return replies + used; }

void sftp_placed(size_t length) { used += length; }

void sftp_forget(void) { used = begun; }

void sftp_reply_code(uint32_t id, enum sftp_status code, const char *text) {
  sftp_begin(SFTP_STATUS, id);
  sftp_put32(code);
  sftp_put_text(text);
  sftp_put_text("");
  sftp_end();
}

static enum sftp_status status_of(int error) {
  switch (error) {
    case 0:
      return SFTP_OK;
    case ENOENT:
    case ENOTDIR:
    case EBADF:
    case ELOOP:
      return SFTP_NO_SUCH_FILE;
    case EPERM:
    case EACCES:
    case EROFS:
      return SFTP_PERMISSION_DENIED;
    case ENOSYS:
    case EOPNOTSUPP:
      return SFTP_UNSUPPORTED;
    default:
      return SFTP_FAILURE;
  }
}

void sftp_reply_error(uint32_t id, int error) {
  sftp_reply_code(id, status_of(error), error == 0 ? "Success" : strerror(error));
}

bool sftp_flush(int fd) {
  for (size_t done = 0; done < used;) {
    ssize_t count = write(fd, replies + done, used - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += (size_t)count;
  }
  used = 0;
  return true;
}

bool sftp_make_room(int fd) { return REPLIES_MAX - used > SFTP_PACKET_MAX || sftp_flush(fd); }

void sftp_discard(void) { used = 0; }
