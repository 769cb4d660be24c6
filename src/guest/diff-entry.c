/* What the overlay keeps as marks of its own becomes plain entries: a deletion is a device 0:0, as in the overlay. */
#include "diff-entry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diff-links.h"
#include "diff-output.h"
#include "diff-pax.h"
#include "diff-report.h"
#include "diff-sparse.h"
#include "diff-xattr.h"

struct writing writing;

_Noreturn void entry_fail(int error, const char *step) {
  diff_fail(DIFF_IO, "failed errno=%s step=%s path=%s", diff_errno(error), step, diff_quote(writing.path, writing.length));
}

_Noreturn void entry_unsupported(const char *what) {
  diff_fail(DIFF_UNSUPPORTED, "unsupported: %s path=%s", what, diff_quote(writing.path, writing.length));
}

static struct pax_node node_of(enum tar_type type, const struct stat *facts) {
  return (struct pax_node){.type = type, .mode = facts->st_mode, .uid = facts->st_uid, .gid = facts->st_gid, .mtime = facts->st_mtim};
}

static unsigned gather(int fd, bool through_proc) {
  unsigned marks;
  pax_drop();
  int error = xattr_gather(fd, through_proc, writing.marks_namespace, &marks);
  if (error == E2BIG) entry_unsupported("more extended attributes than a difference holds");
  if (error != 0) entry_fail(error, "xattr");
  if (marks & MARK_ELSEWHERE) entry_unsupported("an overlay redirect, metacopy or index");
  return marks;
}

static void write_node(const struct pax_node *node) {
  pax_write(writing.path, node);
  writing.entries++;
}

static void write_deletion(void) {
  pax_drop();
  write_node(&(struct pax_node){.type = TAR_CHARACTER});
}

/* Whether this file was written before, under another name. */
static bool write_link(const struct stat *facts) {
  const char *first = facts->st_nlink > 1 ? links_meet(facts, writing.path) : NULL;
  if (first == NULL) return false;
  pax_drop();
  write_node(&(struct pax_node){.type = TAR_LINK, .mode = facts->st_mode, .link = first});
  return true;
}

void entry_directory(int fd, const struct stat *facts) {
  struct pax_node node = node_of(TAR_DIRECTORY, facts);
  if (gather(fd, false) & MARK_OPAQUE) pax_add_number("THAW.opaque", 1);
  write_node(&node);
}

/* GNU's sparse format 1.0: a map in decimal lines, padded to a block, then the data alone. */
static void write_sparse(int fd, const struct stat *facts, const struct segments *segments) {
  uint64_t size = (uint64_t)facts->st_size, stored = 0, missing = 0;
  bool hole_at_end = true;
  size_t capacity = (segments->count + 2) * 44, used;
  char *map = malloc(capacity);
  if (map == NULL) entry_fail(ENOMEM, "map");
  for (size_t i = 0; i < segments->count; i++) {
    stored += segments->list[i].length;
    hole_at_end = segments->list[i].offset + segments->list[i].length < size;
  }
  used = (size_t)snprintf(map, capacity, "%zu\n", segments->count + hole_at_end);
  for (size_t i = 0; i < segments->count; i++)
    used += (size_t)snprintf(map + used, capacity - used, "%llu\n%llu\n", (unsigned long long)segments->list[i].offset,
                             (unsigned long long)segments->list[i].length);
  /* An empty piece at the end is how other readers learn of a hole there. */
  if (hole_at_end) used += (size_t)snprintf(map + used, capacity - used, "%llu\n0\n", (unsigned long long)size);
  struct pax_node node = node_of(TAR_FILE, facts);
  node.stored = used + tar_padding(used) + stored;
  pax_add_number("GNU.sparse.major", 1);
  pax_add_number("GNU.sparse.minor", 0);
  pax_add_number("GNU.sparse.realsize", size);
  write_node(&node);
  output_bytes(map, used);
  output_zeros(tar_padding(used));
  free(map);
  for (size_t i = 0; i < segments->count; i++)
    missing += output_file(fd, (off_t)segments->list[i].offset, segments->list[i].length);
  output_zeros(tar_padding(stored));
  writing.bytes += node.stored;
  writing.changed += missing > 0;
}

/* Never sparse: what is shown is small. */
static bool is_left_out(uint64_t size) {
  if (!writing.is_shown) return false;
  if (size > writing.file_max || size > writing.content_left) return true;
  writing.content_left -= size;
  return false;
}

static void write_facts(const struct stat *facts) {
  struct pax_node node = node_of(TAR_FILE, facts);
  pax_add_number("THAW.omitted", (uint64_t)facts->st_size);
  write_node(&node);
}

void entry_file(int fd, const struct stat *facts) {
  static struct segments segments;
  if (gather(fd, false) & MARK_WHITEOUT && facts->st_size == 0) {
    write_deletion();
    return;
  }
  if (write_link(facts)) return;
  uint64_t size = (uint64_t)facts->st_size;
  if (is_left_out(size)) {
    write_facts(facts);
    return;
  }
  if (!writing.is_shown && (uint64_t)facts->st_blocks * 512 < size) {
    int error = segments_find(&segments, fd, size);
    if (error == E2BIG) entry_unsupported("a file in more pieces than a difference holds");
    if (error != 0) entry_fail(error, "holes");
    if (segments.count != 1 || segments.list[0].length != size) {
      write_sparse(fd, facts, &segments);
      return;
    }
  }
  struct pax_node node = node_of(TAR_FILE, facts);
  node.stored = size;
  write_node(&node);
  uint64_t missing = output_file(fd, 0, size);
  output_zeros(tar_padding(size));
  writing.bytes += size;
  struct stat now;
  writing.changed += missing > 0 || fstat(fd, &now) < 0 || now.st_size != facts->st_size;
}

static void write_symlink(int parent, const char *name, const struct stat *facts) {
  static char target[DIFF_SYMLINK_MAX + 2];
  ssize_t length = readlinkat(parent, name, target, sizeof target - 1);
  if (length < 0) {
    /* Gone, or another thing by now. */
    writing.changed++;
    return;
  }
  target[length] = '\0';
  struct pax_node node = node_of(TAR_SYMLINK, facts);
  node.link = target;
  pax_drop();
  write_node(&node);
}

static void write_device(int parent, const char *name, const struct stat *facts, enum tar_type type) {
  int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  struct stat now;
  if (fd < 0 || fstat(fd, &now) < 0 || now.st_mode != facts->st_mode) {
    writing.changed++;
  } else {
    struct pax_node node = node_of(type, facts);
    node.device = type == TAR_FIFO ? 0 : facts->st_rdev;
    gather(fd, true);
    write_node(&node);
  }
  if (fd >= 0) close(fd);
}

void entry_special(int parent, const char *name, const struct stat *facts) {
  bool socket = S_ISSOCK(facts->st_mode);
  writing.sockets += socket;
  /* A socket is dead without its server, but it may hide a file of the image. Whiteouts share an inode, so they come before links. */
  if (socket || (S_ISCHR(facts->st_mode) && facts->st_rdev == 0)) write_deletion();
  else if (write_link(facts)) return;
  else if (S_ISLNK(facts->st_mode)) write_symlink(parent, name, facts);
  else if (S_ISFIFO(facts->st_mode)) write_device(parent, name, facts, TAR_FIFO);
  else write_device(parent, name, facts, S_ISCHR(facts->st_mode) ? TAR_CHARACTER : TAR_BLOCK_DEVICE);
}
