/* What has no content, in one root: links of both kinds, FIFOs, devices. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diff-mount.h"
#include "diff-place.h"
#include "diff-root.h"

struct source {
  int parent;
  const char *name;
};

static mode_t format_of(enum tar_type type) {
  return type == TAR_FIFO ? S_IFIFO : type == TAR_CHARACTER ? S_IFCHR : S_IFBLK;
}

static int make(int parent, const char *name, const struct entry *entry, const struct source *source) {
  if (entry->type == TAR_SYMLINK) return symlinkat(entry->link, parent, name);
  if (entry->type == TAR_LINK) return linkat(source->parent, source->name, parent, name, 0);
  return mknodat(parent, name, format_of(entry->type) | (entry->facts.mode & 0777), entry->device);
}

/* A FIFO or device must not be opened, and its mode has no call that does not follow links: O_PATH holds it fast. */
static int finish_node(int parent, const char *name, const struct entry *entry, bool fresh) {
  char path[40];
  struct stat found;
  int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return errno;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int error = fstat(fd, &found) < 0 ? errno : (found.st_mode & S_IFMT) != format_of(entry->type) ? ESTALE : 0;
  if (error == 0 && (found.st_mode & 07777) != entry->facts.mode && chmod(path, entry->facts.mode) < 0) error = errno;
  if (error == 0) error = xattr_replace(fd, true, fresh, entry->xattrs, entry->xattr_count);
  close(fd);
  return error;
}

static int finish(const struct root *root, const struct place *parent, const char *name, const struct entry *entry) {
  const struct facts *facts = &entry->facts;
  if (entry->type == TAR_LINK) return 0;
  bool owned = facts->uid == root->uid && facts->gid == root->gid && !parent->group_inherited;
  if (!owned && fchownat(parent->fd, name, facts->uid, facts->gid, AT_SYMLINK_NOFOLLOW) < 0) return errno;
  int error = entry->type == TAR_SYMLINK ? 0 : finish_node(parent->fd, name, entry, !parent->default_acl);
  if (error != 0) return error;
  const struct timespec times[2] = {{0, UTIME_OMIT}, facts->mtime};
  return utimensat(parent->fd, name, times, AT_SYMLINK_NOFOLLOW) < 0 ? errno : 0;
}

static void make_in(struct root *root, const struct place *parent, const char *name, const struct entry *entry,
                    const struct source *source) {
  int result = make(parent->fd, name, entry, source);
  if (result < 0 && errno == EEXIST) {
    if (!place_clear(root, parent->fd, name, entry)) return;
    result = make(parent->fd, name, entry, source);
  }
  int error = result < 0 ? errno : finish(root, parent, name, entry);
  if (error != 0) root_fail(root, error, "make", entry);
}

/* From the root's top by descriptors to the directory that holds the link's other name; -1 with errno. */
static int find_source(const struct root *root, const char *path, const char **name) {
  char part[DIFF_NAME_MAX + 1];
  int fd = fcntl(root->places[0].fd, F_DUPFD_CLOEXEC, 0);
  const char *slash;
  for (; fd >= 0 && (slash = strchr(path, '/')) != NULL; path = slash + 1) {
    memcpy(part, path, (size_t)(slash - path));
    part[slash - path] = '\0';
    int next = openat(fd, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int error = errno;
    close(fd);
    errno = error;
    fd = next;
  }
  *name = path;
  return fd;
}

static void make_link(struct root *root, const struct place *parent, const char *name, const struct entry *entry) {
  struct source source;
  struct mount_facts directory, file;
  source.parent = find_source(root, entry->link, &source.name);
  int error = source.parent < 0 ? errno : mount_find(source.parent, "", &directory);
  if (error == 0) error = mount_find(source.parent, source.name, &file);
  if (error == 0 && (directory.mount != root->mount || file.mount != root->mount)) root->kept++;
  else if (error == 0 && !S_ISDIR(file.mode)) make_in(root, parent, name, entry, &source);
  else if (error == 0) error = EISDIR;
  if (source.parent >= 0) close(source.parent);
  if (error == ENOENT || error == ENOTDIR || error == ELOOP || error == EISDIR) parse_bad("a hard link to no file of the tree");
  if (error != 0) root_fail(root, error, "link", entry);
}

void root_make(struct root *root, const char *name, const struct entry *entry) {
  const struct place *parent = place_of_last(root);
  if (parent == NULL) return;
  if (entry->type == TAR_LINK) make_link(root, parent, name, entry);
  else make_in(root, parent, name, entry, NULL);
}
