/* The walk: descriptors all the way down, so that nothing leads out of the tree whatever happens to it meanwhile. */
#include "diff-write.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "diff-backlog.h"
#include "diff-capability.h"
#include "diff-entry.h"
#include "diff-names.h"
#include "diff-output.h"
#include "diff-pax.h"
#include "diff-report.h"

/* The mount point of Thaw's own volume, which the runtime makes in each container. */
static const char own_mount_point[] = ".thaw";

/* What the engine or the runtime writes into each container: its address, its name, and who it asks for others. */
static const char *const own_files[] = {"etc/hosts", "etc/resolv.conf", "etc/hostname"};

/* The one path that is asked for; empty for all. */
static const char *below;

static void walk(int fd, int depth);

/* Whether the path now leads to what is asked for, or is it, or is below it. */
static bool is_wanted(void) {
  const char *path = writing.path, *wanted = below;
  while (*path != '\0' && *path == *wanted) path++, wanted++;
  return (*path == '\0' && (*wanted == '/' || *wanted == '\0')) || (*wanted == '\0' && (*path == '/' || wanted == below));
}

static bool is_own(void) {
  for (size_t i = 0; i < sizeof own_files / sizeof *own_files; i++)
    if (strcmp(writing.path, own_files[i]) == 0) return true;
  return false;
}

/* The source is frozen, but nothing here may depend on that: what is gone or replaced meanwhile is counted. */
static bool vanished(int error) {
  bool gone = error == ENOENT || error == ELOOP || error == ENOTDIR || error == ENXIO;
  writing.changed += gone;
  return gone;
}

/* -1 when it has vanished. The access time is not to change, which an owner other than root may forbid to us. */
static int open_entry(int parent, const char *name, int flags) {
  flags |= O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
  int fd = openat(parent, name, flags | O_NOATIME);
  if (fd < 0 && errno == EPERM) fd = openat(parent, name, flags);
  if (fd < 0 && !vanished(errno)) entry_fail(errno, "open");
  return fd;
}

static void directory(int parent, const char *name, int depth) {
  int fd = open_entry(parent, name, O_DIRECTORY);
  if (fd < 0) return;
  struct stat facts;
  if (fstat(fd, &facts) < 0) entry_fail(errno, "stat");
  if (facts.st_dev != writing.device) entry_unsupported("another file system is mounted in the tree");
  if (depth > DIFF_DEPTH_MAX) entry_unsupported("directories deeper than a difference holds");
  writing.path[writing.length++] = '/';
  writing.path[writing.length] = '\0';
  entry_directory(fd, &facts);
  walk(fd, depth);
  close(fd);
}

static void other(int parent, const char *name, unsigned type) {
  struct stat facts;
  if (type != DT_REG) {
    if (fstatat(parent, name, &facts, AT_SYMLINK_NOFOLLOW) < 0) {
      if (!vanished(errno)) entry_fail(errno, "stat");
      return;
    }
    if (!S_ISREG(facts.st_mode)) {
      entry_special(parent, name, &facts);
      return;
    }
  }
  int fd = open_entry(parent, name, 0);
  if (fd < 0) return;
  if (fstat(fd, &facts) < 0) entry_fail(errno, "stat");
  if (S_ISREG(facts.st_mode)) entry_file(fd, &facts);
  else writing.changed++;
  close(fd);
}

static unsigned type_of(int parent, const char *name) {
  unsigned type = (unsigned char)name[-1];
  struct stat facts;
  /* Not every file system tells it in its directories. */
  if (type == DT_UNKNOWN && fstatat(parent, name, &facts, AT_SYMLINK_NOFOLLOW) == 0) type = IFTODT(facts.st_mode);
  return type;
}

static void walk(int fd, int depth) {
  struct names names;
  size_t length = writing.length;
  int error = names_read(fd, &names);
  if (error == EOVERFLOW) entry_unsupported("more names in a directory than a difference holds");
  if (error != 0) entry_fail(error, "list");
  for (size_t i = 0; i < names.count; i++) {
    const char *name = names.sorted[i];
    size_t name_length = strlen(name);
    if (depth == 0 && strcmp(name, own_mount_point) == 0) continue;
    /* One more for the slash of a directory. */
    if (length + name_length + 1 > DIFF_PATH_MAX) entry_unsupported("a path longer than a difference holds");
    memcpy(writing.path + length, name, name_length + 1);
    writing.length = length + name_length;
    if (!is_wanted() || is_own()) continue;
    unsigned type = type_of(fd, name);
    if (type == DT_DIR) directory(fd, name, depth + 1);
    else other(fd, name, type);
  }
  names_free(&names);
  writing.length = length;
  writing.path[length] = '\0';
}

void stream_open(bool user_marks, const struct showing *showing) {
  writing = (struct writing){.marks_namespace = user_marks ? "user.overlay." : "trusted.overlay."};
  below = "";
  if (showing != NULL) {
    writing.is_shown = true;
    writing.file_max = showing->file_max;
    writing.content_left = showing->content_max;
    below = showing->below;
  }
  capability_need_for_write(user_marks);
  output_prepare();
  pax_add("THAW.version", DIFF_VERSION, strlen(DIFF_VERSION));
  pax_write_global();
}

int stream_close(void) {
  pax_add_number("THAW.entries", writing.entries);
  pax_add_number("THAW.bytes", writing.bytes);
  pax_write_global();
  output_zeros(2 * TAR_BLOCK);
  output_flush();
  diff_say("done entries=%llu bytes=%llu sockets=%llu changed=%llu", (unsigned long long)writing.entries,
           (unsigned long long)writing.bytes, (unsigned long long)writing.sockets, (unsigned long long)writing.changed);
  backlog_finish();
  return DIFF_OK;
}

int diff_write(const char *upper, bool user_marks, const struct showing *showing) {
  stream_open(user_marks, showing);
  int fd = open(upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct stat facts;
  if (fd < 0 || fstat(fd, &facts) < 0)
    diff_fail(DIFF_IO, "failed errno=%s step=open path=%s", diff_errno(errno), diff_quote(upper, strlen(upper)));
  writing.device = facts.st_dev;
  memcpy(writing.path, "./", 3);
  entry_directory(fd, &facts);
  writing.path[0] = '\0';
  walk(fd, 0);
  close(fd);
  return stream_close();
}
