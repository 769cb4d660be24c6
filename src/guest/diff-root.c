/* Directories and deletions in one root. What fails here concerns this root alone. */
#include "diff-root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diff-mount.h"
#include "diff-place.h"
#include "diff-remove.h"
#include "diff-report.h"

enum { DIRECTORY_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

void root_open(struct root *root, const char *path) {
  struct mount_facts facts;
  *root = (struct root){.path = path, .file = -1, .uid = geteuid(), .gid = getegid()};
  root->places = calloc(DIFF_DEPTH_MAX + 1, sizeof *root->places);
  if (root->places == NULL) {
    root_fail(root, ENOMEM, "open", NULL);
    return;
  }
  int fd = root->places[0].fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int error = fd < 0 ? errno : mount_find(fd, "", &facts);
  if (error == 0) root->mount = facts.mount;
  root->places[0].group_inherited = error == 0 && facts.mode & S_ISGID;
  if (error != 0) root_fail(root, error, "open", NULL);
}

void root_close(struct root *root) {
  if (root->file >= 0) close(root->file);
  for (int i = 0; root->places != NULL && i <= root->depth; i++)
    if (root->places[i].fd >= 0) close(root->places[i].fd);
  free(root->places);
  root->places = NULL;
  root->file = -1;
}

void root_fail(struct root *root, int error, const char *step, const struct entry *entry) {
  if (root->error != 0) return;
  root->error = error;
  const char *path = entry == NULL ? root->path : entry->path_length == 0 ? "." : entry->path;
  snprintf(root->where, sizeof root->where, "step=%s path=%s", step, diff_quote(path, strlen(path)));
  root_close(root);
}

bool place_clear(struct root *root, int parent, const char *name, const struct entry *entry) {
  int result = remove_entry(parent, name, root->mount);
  if (result == REMOVE_KEPT) root->kept++;
  if (result > 0) root_fail(root, result, "remove", entry);
  return result == 0;
}

struct place *place_of_last(const struct root *root) {
  if (root->error != 0) return NULL;
  struct place *place = root->places + root->depth;
  return place->fd < 0 ? NULL : place;
}

/* Opens what exists unless it is a mount point, or makes it; -1 when neither is possible. */
static int open_or_make(struct root *root, const struct place *parent, const char *name, const struct entry *entry, bool *made) {
  *made = mkdirat(parent->fd, name, 0700) == 0;
  int error = *made || errno == EEXIST ? 0 : errno;
  int fd = error != 0 ? -1 : openat(parent->fd, name, DIRECTORY_FLAGS);
  if (fd < 0 && error == 0) error = errno;
  if (fd < 0 && !*made && (error == ENOTDIR || error == ELOOP)) {
    if (!place_clear(root, parent->fd, name, entry)) return -1;
    *made = mkdirat(parent->fd, name, 0700) == 0;
    fd = *made ? openat(parent->fd, name, DIRECTORY_FLAGS) : -1;
    error = fd < 0 ? errno : 0;
  }
  if (fd < 0) root_fail(root, error, "mkdir", entry);
  return fd;
}

static bool has_default_acl(const struct entry *entry) {
  for (size_t i = 0; i < entry->xattr_count; i++)
    if (strcmp(entry->xattrs[i].name, "system.posix_acl_default") == 0) return true;
  return false;
}

/* Answers an errno, or 0; the directory at `fd` existed before. */
static int check_existing(struct root *root, struct place *place, int fd, bool *kept) {
  struct mount_facts facts;
  int error = mount_find(fd, "", &facts);
  if (error != 0) return error;
  *kept = facts.mount != root->mount;
  place->group_inherited = facts.mode & S_ISGID;
  return 0;
}

void root_enter(struct root *root, const char *name, const struct entry *entry) {
  if (root->error != 0) return;
  struct place *parent = root->places + root->depth, *place = parent + 1;
  *place = (struct place){.fd = -1, .group_inherited = parent->group_inherited, .default_acl = has_default_acl(entry)};
  root->depth++;
  if (parent->fd < 0) return;
  bool made, kept = false;
  int fd = open_or_make(root, parent, name, entry, &made);
  if (fd < 0) return;
  int error = made ? 0 : check_existing(root, place, fd, &kept);
  if (error == 0 && entry->opaque && !made && !kept) {
    error = remove_content(fd, root->mount);
    root->kept += error == REMOVE_KEPT;
    if (error == REMOVE_KEPT) error = 0;
  }
  bool fresh = made && !parent->default_acl;
  if (error == 0 && !kept) error = xattr_replace(fd, false, fresh, entry->xattrs, entry->xattr_count);
  if (error != 0) {
    close(fd);
    root_fail(root, error, "directory", entry);
  } else if (kept) {
    close(fd);
    root->kept++;
  } else {
    place->fd = fd;
  }
}

void root_leave(struct root *root, const struct facts *facts) {
  if (root->error != 0) return;
  int fd = root->places[root->depth].fd;
  if (fd >= 0) {
    const struct timespec times[2] = {{0, UTIME_OMIT}, facts->mtime};
    bool done = fchown(fd, facts->uid, facts->gid) == 0 && fchmod(fd, facts->mode) == 0 && futimens(fd, times) == 0;
    if (!done) {
      root_fail(root, errno, "finish", NULL);
      return;
    }
    close(fd);
    root->places[root->depth].fd = -1;
  }
  if (root->depth > 0) root->depth--;
}

void root_delete(struct root *root, const char *name, const struct entry *entry) {
  const struct place *parent = place_of_last(root);
  if (parent != NULL) place_clear(root, parent->fd, name, entry);
}
