/* The files and directories that a client has open. */
#ifndef THAW_SFTP_HANDLE_H
#define THAW_SFTP_HANDLE_H

#include <dirent.h>

#include "sftp-wire.h"

enum { SFTP_HANDLES_MAX = 256 };

struct sftp_handle {
  /* -1: not in use. */
  int fd;
  /* NULL for a file. */
  DIR *directory;
  /* Tells a handle apart from one that had its place before. */
  uint32_t serial;
};

/* Takes `fd` over and answers 0, or closes it and answers an errno; `*handle` is what `sftp_put_handle` puts. */
int sftp_handle_open(int fd, bool is_directory, struct sftp_handle **handle);
void sftp_put_handle(const struct sftp_handle *handle);
/* The handle that a request names, or NULL. */
struct sftp_handle *sftp_take_handle(struct sftp_in *in);
int sftp_handle_close(struct sftp_handle *handle);
void sftp_handles_prepare(void);
void sftp_handles_close(void);

#endif
