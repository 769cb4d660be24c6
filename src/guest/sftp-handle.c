/* Handles are a place in a table and a serial number, so that one that was closed opens nothing. */
#include "sftp-handle.h"

#include <errno.h>
#include <unistd.h>

static struct sftp_handle handles[SFTP_HANDLES_MAX];
static uint32_t last_serial;

void sftp_handles_prepare(void) {
  for (int i = 0; i < SFTP_HANDLES_MAX; i++) handles[i] = (struct sftp_handle){.fd = -1};
  last_serial = 0;
}

int sftp_handle_open(int fd, bool is_directory, struct sftp_handle **handle) {
  struct sftp_handle *place = handles;
  while (place < handles + SFTP_HANDLES_MAX && place->fd >= 0) place++;
  if (place == handles + SFTP_HANDLES_MAX) {
    close(fd);
    return EMFILE;
  }
  DIR *directory = is_directory ? fdopendir(fd) : NULL;
  if (is_directory && directory == NULL) {
    int error = errno;
    close(fd);
    return error;
  }
  *place = (struct sftp_handle){.fd = fd, .directory = directory, .serial = ++last_serial};
  *handle = place;
  return 0;
}

void sftp_put_handle(const struct sftp_handle *handle) {
  sftp_put32(8);
  sftp_put32((uint32_t)(handle - handles));
  sftp_put32(handle->serial);
}

struct sftp_handle *sftp_take_handle(struct sftp_in *in) {
  uint32_t length;
  const uint8_t *at = sftp_take_bytes(in, &length);
  if (at == NULL || length != 8) return NULL;
  struct sftp_in name = {.at = at, .left = length};
  uint32_t place = sftp_take32(&name), serial = sftp_take32(&name);
  if (place >= SFTP_HANDLES_MAX || handles[place].fd < 0 || handles[place].serial != serial) return NULL;
  return &handles[place];
}

int sftp_handle_close(struct sftp_handle *handle) {
  int result = handle->directory != NULL ? closedir(handle->directory) : close(handle->fd);
  handle->fd = -1;
  handle->directory = NULL;
  return result < 0 ? errno : 0;
}

void sftp_handles_close(void) {
  for (int i = 0; i < SFTP_HANDLES_MAX; i++)
    if (handles[i].fd >= 0) sftp_handle_close(&handles[i]);
}
