/* Requests about where things are: absolute paths, file systems, and the server's own limits. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "sftp-handle.h"
#include "sftp-request.h"

enum { FLAG_READ_ONLY = 1, FLAG_NO_SETUID = 2 };

static void bad(uint32_t id) { sftp_reply_code(id, SFTP_BAD_MESSAGE, "Bad message"); }

/* The absolute path; its last part need not exist, so that clients may ask where they are about to write. */
static int resolve(const char *path, char resolved[PATH_MAX]) {
  if (realpath(*path == '\0' ? "." : path, resolved) != NULL) return 0;
  if (errno != ENOENT) return errno;
  char parent[PATH_MAX], last[PATH_MAX];
  snprintf(parent, sizeof parent, "%s", path);
  size_t length = strlen(parent);
  while (length > 1 && parent[length - 1] == '/') parent[--length] = '\0';
  char *slash = strrchr(parent, '/');
  snprintf(last, sizeof last, "%s", slash == NULL ? parent : slash + 1);
  if (strcmp(last, ".") == 0 || strcmp(last, "..") == 0) return ENOENT;
  if (slash != NULL) slash[slash == parent ? 1 : 0] = '\0';
  if (realpath(slash == NULL ? "." : parent, resolved) == NULL) return errno;
  length = strlen(resolved);
  if (length + 1 + strlen(last) >= PATH_MAX) return ENAMETOOLONG;
  if (length > 1) resolved[length++] = '/';
  memcpy(resolved + length, last, strlen(last) + 1);
  return 0;
}

static void reply_place(uint32_t id, const char *path) {
  char resolved[PATH_MAX];
  int error = resolve(path, resolved);
  if (error != 0) {
    sftp_reply_error(id, error);
    return;
  }
  sftp_begin(SFTP_NAME, id);
  sftp_put32(1);
  sftp_put_text(resolved);
  sftp_put_text(resolved);
  sftp_put32(0);
  sftp_end();
}

void sftp_realpath(uint32_t id, struct sftp_in *in) {
  char path[PATH_MAX];
  sftp_take_path(in, path);
  if (in->bad) bad(id);
  else reply_place(id, path);
}

/* "~" is the user's home; homes of others are not looked up. */
void sftp_expand_path(uint32_t id, struct sftp_in *in) {
  char path[PATH_MAX], expanded[PATH_MAX];
  sftp_take_path(in, path);
  if (in->bad) {
    bad(id);
    return;
  }
  const char *home = getenv("HOME");
  if (*path != '~' || home == NULL) {
    reply_place(id, path);
  } else if (path[1] != '\0' && path[1] != '/') {
    sftp_reply_code(id, SFTP_NO_SUCH_FILE, "Only the own home is known");
  } else {
    int length = snprintf(expanded, sizeof expanded, "%s%s", home, path + 1);
    if (length < 0 || length >= PATH_MAX) sftp_reply_error(id, ENAMETOOLONG);
    else reply_place(id, expanded);
  }
}

static void reply_file_system(uint32_t id, int result, const struct statvfs *facts) {
  if (result < 0) {
    sftp_reply_error(id, errno);
    return;
  }
  uint64_t flags = (facts->f_flag & ST_RDONLY ? FLAG_READ_ONLY : 0) | (facts->f_flag & ST_NOSUID ? FLAG_NO_SETUID : 0);
  uint64_t values[] = {facts->f_bsize, facts->f_frsize, facts->f_blocks, facts->f_bfree, facts->f_bavail, facts->f_files,
                       facts->f_ffree, facts->f_favail, facts->f_fsid,   flags,          facts->f_namemax};
  sftp_begin(SFTP_EXTENDED_REPLY, id);
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) sftp_put64(values[i]);
  sftp_end();
}

void sftp_statvfs(uint32_t id, struct sftp_in *in) {
  char path[PATH_MAX];
  struct statvfs facts;
  sftp_take_path(in, path);
  if (in->bad) bad(id);
  else reply_file_system(id, statvfs(path, &facts), &facts);
}

void sftp_fstatvfs(uint32_t id, struct sftp_in *in) {
  struct sftp_handle *handle = sftp_take_handle(in);
  struct statvfs facts;
  if (handle == NULL) sftp_reply_code(id, SFTP_FAILURE, "Invalid handle");
  else reply_file_system(id, fstatvfs(handle->fd, &facts), &facts);
}

void sftp_limits(uint32_t id, struct sftp_in *in) {
  (void)in;
  sftp_begin(SFTP_EXTENDED_REPLY, id);
  sftp_put64(SFTP_PACKET_MAX);
  sftp_put64(SFTP_DATA_MAX);
  sftp_put64(SFTP_DATA_MAX);
  sftp_put64(SFTP_HANDLES_MAX);
  sftp_end();
}
