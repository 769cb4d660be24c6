/* Regular files in one root: always made anew, so that nothing of an earlier file is left or written through. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "diff-place.h"
#include "diff-root.h"

static int create(int parent, const char *name, mode_t mode) {
  return openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0777);
}

void root_begin_file(struct root *root, const char *name, const struct entry *entry) {
  const struct place *parent = place_of_last(root);
  if (parent == NULL) return;
  int fd = create(parent->fd, name, entry->facts.mode);
  if (fd < 0 && errno == EEXIST) {
    if (!place_clear(root, parent->fd, name, entry)) return;
    fd = create(parent->fd, name, entry->facts.mode);
  }
  root->file = fd;
  if (fd < 0 || (entry->sparse && ftruncate(fd, (off_t)entry->real_size) < 0)) root_fail(root, errno, "create", entry);
}

void root_fill_file(struct root *root, const struct entry *entry, const uint8_t *bytes, size_t count, uint64_t offset) {
  while (root->file >= 0 && count > 0) {
    ssize_t written = pwrite(root->file, bytes, count, (off_t)offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      root_fail(root, written < 0 ? errno : EIO, "write", entry);
      return;
    }
    bytes += written;
    count -= (size_t)written;
    offset += (uint64_t)written;
  }
}

/* Owner before mode before attributes: a new owner takes set-id bits and capabilities away. */
static int finish(const struct root *root, const struct place *parent, const struct entry *entry) {
  const struct facts *facts = &entry->facts;
  int fd = root->file;
  bool owned = facts->uid == root->uid && facts->gid == root->gid && !parent->group_inherited;
  if (!owned && fchown(fd, facts->uid, facts->gid) < 0) return errno;
  bool set = facts->mode <= 0777 && !parent->default_acl;
  if (!set && fchmod(fd, facts->mode) < 0) return errno;
  int error = xattr_replace(fd, false, !parent->default_acl, entry->xattrs, entry->xattr_count);
  const struct timespec times[2] = {{0, UTIME_OMIT}, facts->mtime};
  if (error == 0 && futimens(fd, times) < 0) error = errno;
  return error;
}

void root_end_file(struct root *root, const struct entry *entry) {
  if (root->file < 0) return;
  int error = finish(root, root->places + root->depth, entry);
  int fd = root->file;
  root->file = -1;
  /* Some file systems tell only here that the disk is full. */
  if (close(fd) < 0 && error == 0) error = errno;
  if (error != 0) root_fail(root, error, "finish", entry);
}
