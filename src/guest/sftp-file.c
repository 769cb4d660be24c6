/* Requests about what is open, and those that open it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sftp-attributes.h"
#include "sftp-handle.h"
#include "sftp-request.h"

enum { OPEN_READ = 1, OPEN_WRITE = 2, OPEN_APPEND = 4, OPEN_CREATE = 8, OPEN_TRUNCATE = 16, OPEN_EXCLUSIVE = 32 };
enum { DEFAULT_MODE = 0666, NAMES_AT_ONCE = 100 };

static void bad(uint32_t id) { sftp_reply_code(id, SFTP_BAD_MESSAGE, "Bad message"); }

static void no_handle(uint32_t id, const struct sftp_in *in) {
  if (in->bad) bad(id);
  else sftp_reply_code(id, SFTP_FAILURE, "Invalid handle");
}

static void reply_handle(uint32_t id, int fd, bool is_directory) {
  struct sftp_handle *handle;
  int error = fd < 0 ? errno : sftp_handle_open(fd, is_directory, &handle);
  if (error != 0) {
    sftp_reply_error(id, error);
    return;
  }
  sftp_begin(SFTP_HANDLE, id);
  sftp_put_handle(handle);
  sftp_end();
}

static int open_flags(uint32_t asked) {
  int flags = O_CLOEXEC | O_NOCTTY;
  flags |= asked & OPEN_WRITE ? (asked & OPEN_READ ? O_RDWR : O_WRONLY) : O_RDONLY;
  if (asked & OPEN_APPEND) flags |= O_APPEND;
  if (asked & OPEN_CREATE) flags |= O_CREAT;
  if (asked & OPEN_TRUNCATE) flags |= O_TRUNC;
  if (asked & OPEN_EXCLUSIVE) flags |= O_EXCL;
  return flags;
}

void sftp_open(uint32_t id, struct sftp_in *in) {
  char path[PATH_MAX];
  struct sftp_attributes attributes;
  sftp_take_path(in, path);
  uint32_t asked = sftp_take32(in);
  sftp_take_attributes(in, &attributes);
  if (in->bad) {
    bad(id);
    return;
  }
  mode_t mode = attributes.flags & SFTP_ATTR_MODE ? attributes.mode : DEFAULT_MODE;
  reply_handle(id, open(path, open_flags(asked), mode), false);
}

void sftp_opendir(uint32_t id, struct sftp_in *in) {
  char path[PATH_MAX];
  sftp_take_path(in, path);
  if (in->bad) bad(id);
  else reply_handle(id, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), true);
}

void sftp_close(uint32_t id, struct sftp_in *in) {
  struct sftp_handle *handle = sftp_take_handle(in);
  if (handle == NULL) no_handle(id, in);
  else sftp_reply_error(id, sftp_handle_close(handle));
}

void sftp_read(uint32_t id, struct sftp_in *in) {
  struct sftp_handle *handle = sftp_take_handle(in);
  uint64_t offset = sftp_take64(in);
  uint32_t wanted = sftp_take32(in);
  if (handle == NULL || in->bad || handle->directory != NULL) {
    no_handle(id, in);
    return;
  }
  if (wanted > SFTP_DATA_MAX) wanted = SFTP_DATA_MAX;
  sftp_begin(SFTP_DATA, id);
  /* The content goes where it belongs in the reply, behind its length. */
  ssize_t count = pread(handle->fd, sftp_place() + 4, wanted, (off_t)offset);
  /* A pipe or a device has no positions. */
  if (count < 0 && errno == ESPIPE) count = read(handle->fd, sftp_place() + 4, wanted);
  if (count > 0) {
    sftp_put32((uint32_t)count);
    sftp_placed((size_t)count);
    sftp_end();
    return;
  }
  int error = errno;
  sftp_forget();
  if (count == 0) sftp_reply_code(id, SFTP_EOF, "End of file");
  else sftp_reply_error(id, error);
}

void sftp_write(uint32_t id, struct sftp_in *in) {
  struct sftp_handle *handle = sftp_take_handle(in);
  uint64_t offset = sftp_take64(in);
  uint32_t length;
  const uint8_t *data = sftp_take_bytes(in, &length);
  if (handle == NULL || in->bad || handle->directory != NULL) {
    no_handle(id, in);
    return;
  }
  int error = 0;
  for (uint32_t done = 0; done < length && error == 0;) {
    ssize_t count = pwrite(handle->fd, data + done, length - done, (off_t)(offset + done));
    if (count < 0 && errno == ESPIPE) count = write(handle->fd, data + done, length - done);
    if (count > 0) done += (uint32_t)count;
    else if (count == 0) error = ENOSPC;
    else if (errno != EINTR) error = errno;
  }
  sftp_reply_error(id, error);
}

void sftp_fstat(uint32_t id, struct sftp_in *in) {
  struct sftp_handle *handle = sftp_take_handle(in);
  struct stat facts;
  if (handle == NULL) {
    no_handle(id, in);
  } else if (fstat(handle->fd, &facts) < 0) {
    sftp_reply_error(id, errno);
  } else {
    sftp_begin(SFTP_ATTRS, id);
    sftp_put_attributes(&facts);
    sftp_end();
  }
}

void sftp_fsetstat(uint32_t id, struct sftp_in *in) {
  struct sftp_handle *handle = sftp_take_handle(in);
  struct sftp_attributes attributes;
  sftp_take_attributes(in, &attributes);
  if (handle == NULL || in->bad) no_handle(id, in);
  else sftp_reply_error(id, sftp_apply_to_file(handle->fd, &attributes));
}

void sftp_fsync(uint32_t id, struct sftp_in *in) {
  struct sftp_handle *handle = sftp_take_handle(in);
  if (handle == NULL) no_handle(id, in);
  else sftp_reply_error(id, fsync(handle->fd) < 0 ? errno : 0);
}

void sftp_readdir(uint32_t id, struct sftp_in *in) {
  struct sftp_handle *handle = sftp_take_handle(in);
  if (handle == NULL || handle->directory == NULL) {
    no_handle(id, in);
    return;
  }
  sftp_begin(SFTP_NAME, id);
  uint8_t *count_place = sftp_place();
  sftp_put32(0);
  uint32_t count = 0;
  struct dirent *entry;
  while (count < NAMES_AT_ONCE && (entry = readdir(handle->directory)) != NULL) {
    struct stat facts;
    /* Gone in the meantime. */
    if (fstatat(handle->fd, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) < 0) continue;
    sftp_put_text(entry->d_name);
    sftp_put_long_name(entry->d_name, &facts);
    sftp_put_attributes(&facts);
    count++;
  }
  if (count == 0) {
    sftp_forget();
    sftp_reply_code(id, SFTP_EOF, "End of file");
    return;
  }
  count_place[3] = (uint8_t)count;
  sftp_end();
}
