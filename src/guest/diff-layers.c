/* The overlay's rules (Documentation/filesystems/overlayfs.rst): directories merge downwards to the first opaque one. */
#include "diff-layers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "diff-entry.h"
#include "diff-pax.h"
#include "diff-report.h"
#include "diff-xattr.h"

static struct merged *with_room(size_t count) {
  struct merged *merged = malloc(sizeof *merged + count * sizeof *merged->fds);
  if (merged == NULL) entry_fail(ENOMEM, "layers");
  merged->count = 0;
  return merged;
}

struct merged *merged_open(char **lowers, size_t count) {
  struct merged *merged = with_room(count);
  for (size_t i = 0; i < count; i++) {
    int fd = open(lowers[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) diff_fail(DIFF_IO, "failed errno=%s step=open path=%s", diff_errno(errno), diff_quote(lowers[i], strlen(lowers[i])));
    merged->fds[merged->count++] = fd;
  }
  return merged;
}

void merged_close(struct merged *merged) {
  for (size_t i = 0; i < merged->count; i++) close(merged->fds[i]);
  free(merged);
}

static unsigned marks_of(int fd) {
  unsigned marks;
  pax_drop();
  int error = xattr_gather(fd, false, writing.marks_namespace, &marks);
  pax_drop();
  if (error != 0) entry_fail(error, "xattr");
  if (marks & MARK_ELSEWHERE) entry_unsupported("an overlay redirect, metacopy or index");
  return marks;
}

static int open_in(int parent, const char *name, int flags) {
  int fd = openat(parent, name, flags | O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) entry_fail(errno, "open");
  return fd;
}

static bool is_whiteout(int parent, const char *name, const struct stat *facts) {
  if (S_ISCHR(facts->st_mode)) return facts->st_rdev == makedev(0, 0);
  if (!S_ISREG(facts->st_mode) || facts->st_size > 0) return false;
  int fd = open_in(parent, name, 0);
  bool marked = marks_of(fd) & MARK_WHITEOUT;
  close(fd);
  return marked;
}

struct found merged_find(const struct merged *in, const char *name) {
  struct found found = {.parent = -1};
  for (size_t i = 0; i < in->count; i++) {
    struct stat facts;
    if (fstatat(in->fds[i], name, &facts, AT_SYMLINK_NOFOLLOW) < 0) {
      if (errno == ENOENT) continue;
      entry_fail(errno, "stat");
    }
    if (is_whiteout(in->fds[i], name, &facts)) break;
    bool first = !found.exists;
    if (first) {
      found.exists = true;
      found.facts = facts;
    }
    if (!S_ISDIR(facts.st_mode)) {
      if (first) found.parent = in->fds[i];
      break;
    }
    if (first) found.directory = with_room(in->count - i);
    int fd = open_in(in->fds[i], name, O_DIRECTORY);
    found.directory->fds[found.directory->count++] = fd;
    if (marks_of(fd) & MARK_OPAQUE) break;
  }
  return found;
}

static int compare(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

const char **merged_names(const struct merged *in, struct names *from, size_t *count) {
  size_t all = 0, kept = 0;
  for (size_t i = 0; i < in->count; i++) {
    int error = names_read(in->fds[i], from + i);
    if (error == EOVERFLOW) entry_unsupported("more names in a directory than a difference holds");
    if (error != 0) entry_fail(error, "list");
    all += from[i].count;
  }
  const char **sorted = malloc((all + 1) * sizeof *sorted);
  if (sorted == NULL) entry_fail(ENOMEM, "list");
  all = 0;
  for (size_t i = 0; i < in->count; i++)
    for (size_t j = 0; j < from[i].count; j++) sorted[all++] = from[i].sorted[j];
  qsort(sorted, all, sizeof *sorted, compare);
  for (size_t i = 0; i < all; i++)
    if (kept == 0 || strcmp(sorted[kept - 1], sorted[i]) != 0) sorted[kept++] = sorted[i];
  *count = kept;
  return sorted;
}
