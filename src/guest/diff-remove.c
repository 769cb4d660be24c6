/* Recursion with a bound: a tree deeper than a difference holds is not removed either. */
#include "diff-remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "diff-limits.h"
#include "diff-mount.h"

static int empty(int fd, uint64_t mount, int depth);

static int remove_at(int parent, const char *name, uint64_t mount, int depth) {
  struct mount_facts facts;
  int error = mount_find(parent, name, &facts);
  if (error != 0) return error == ENOENT ? 0 : error;
  if (facts.mount != mount) return REMOVE_KEPT;
  if (!S_ISDIR(facts.mode)) return unlinkat(parent, name, 0) < 0 && errno != ENOENT ? errno : 0;
  /* Most directories that go are empty by the time, or were so from the start. */
  if (unlinkat(parent, name, AT_REMOVEDIR) == 0) return 0;
  if (errno != ENOTEMPTY && errno != EEXIST) return errno;
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return errno;
  int result = empty(fd, mount, depth + 1);
  if (result == 0 && unlinkat(parent, name, AT_REMOVEDIR) < 0) result = errno;
  return result;
}

/* Takes the descriptor over. */
static int empty(int fd, uint64_t mount, int depth) {
  DIR *directory = depth > DIFF_DEPTH_MAX ? NULL : fdopendir(fd);
  if (directory == NULL) {
    int error = depth > DIFF_DEPTH_MAX ? ELOOP : errno;
    close(fd);
    return error;
  }
  int result = 0;
  struct dirent *entry;
  while ((entry = readdir(directory)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    int one = remove_at(fd, entry->d_name, mount, depth);
    if (one == REMOVE_KEPT) result = REMOVE_KEPT;
    if (one <= 0) continue;
    result = one;
    break;
  }
  closedir(directory);
  return result;
}

int remove_entry(int parent, const char *name, uint64_t mount) { return remove_at(parent, name, mount, 0); }

int remove_content(int fd, uint64_t mount) {
  int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return own < 0 ? errno : empty(own, mount, 0);
}
