/*
 * The helper sees the container's mounts from another mount namespace. There the kernel does not refuse to unlink
 * what is a mount point: it takes the mount away. And a write below the container's /proc would reach the host's
 * kernel. So the mount of everything that exists is compared with the root's.
 */
#include "diff-mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Kernels before 5.8 tell the mount of an open file only. Under the sanitizers that way is taken always, so it is tested. */
static int find_slowly(int parent, const char *name, struct mount_facts *facts) {
  int fd = *name == '\0' ? fcntl(parent, F_DUPFD_CLOEXEC, 0) : openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return errno;
  char path[48], text[256];
  struct stat found;
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
  int error = fstat(fd, &found) < 0 ? errno : 0;
  int info = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = info < 0 ? -1 : read(info, text, sizeof text - 1);
  if (length < 0 && error == 0) error = errno;
  if (info >= 0) close(info);
  close(fd);
  if (error != 0) return error;
  text[length] = '\0';
  const char *line = strstr(text, "mnt_id:");
  if (line == NULL) return ENOTSUP;
  *facts = (struct mount_facts){found.st_mode, strtoull(line + 7, NULL, 10)};
  return 0;
}

int mount_find(int parent, const char *name, struct mount_facts *facts) {
#if defined(STATX_MNT_ID) && !defined(THAW_SANITIZED)
  struct statx found;
  int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH;
  if (statx(parent, name, flags, STATX_TYPE | STATX_MODE | STATX_MNT_ID, &found) == 0) {
    if (found.stx_mask & STATX_MNT_ID) {
      *facts = (struct mount_facts){found.stx_mode, found.stx_mnt_id};
      return 0;
    }
  } else if (errno != ENOSYS && errno != EPERM) {
    return errno;
  }
#endif
  return find_slowly(parent, name, facts);
}
