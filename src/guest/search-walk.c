/* The way through the directories, in name order; links are not followed, and the kernel's own file systems are left out. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "search.h"

enum { DEPTH_MAX = 64, NAMES_MAX = 1 << 20 };

static char relative[PATH_MAX];

struct names {
  char **list;
  size_t count, capacity;
};

static int by_name(const void *one, const void *other) { return strcmp(*(char *const *)one, *(char *const *)other); }

/* False when there is no memory for it. */
static bool add(struct names *names, const char *name) {
  if (names->count == names->capacity) {
    size_t capacity = names->capacity == 0 ? 64 : names->capacity * 2;
    char **list = capacity > NAMES_MAX ? NULL : realloc(names->list, capacity * sizeof *list);
    if (list == NULL) return false;
    names->list = list;
    names->capacity = capacity;
  }
  char *copy = strdup(name);
  if (copy == NULL) return false;
  names->list[names->count++] = copy;
  return true;
}

static bool any(const char *const *globs, size_t count, const char *path) {
  for (size_t i = 0; i < count; i++)
    if (search_glob(globs[i], path)) return true;
  return false;
}

static bool is_kernels(int fd) {
  struct statfs facts;
  if (fstatfs(fd, &facts) < 0) return true;
  unsigned long type = (unsigned long)facts.f_type;
  return type == PROC_SUPER_MAGIC || type == SYSFS_MAGIC || type == CGROUP_SUPER_MAGIC || type == CGROUP2_SUPER_MAGIC ||
         type == DEBUGFS_MAGIC || type == TRACEFS_MAGIC;
}

static void walk(struct search *search, int fd, size_t prefix, uint32_t depth, dev_t device);

static void enter(struct search *search, int fd, const char *name, size_t end, uint32_t depth, dev_t device) {
  struct stat facts;
  int below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (below < 0 || fstat(below, &facts) < 0) {
    search->unreadable++;
    if (below >= 0) close(below);
    return;
  }
  if (depth >= DEPTH_MAX || (facts.st_dev != device && is_kernels(below))) {
    search->passed++;
    close(below);
    return;
  }
  relative[end] = '/';
  walk(search, below, end + 1, depth + 1, facts.st_dev);
}

static void tell(struct search *search, int fd, const char *name, const struct stat *facts) {
  bool is_directory = S_ISDIR(facts->st_mode);
  if (search_wants_content(search)) {
    if (!S_ISREG(facts->st_mode)) return;
    search_file(search, openat(fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK), facts, relative);
    return;
  }
  if (is_directory && !search->directories) return;
  if (search->matches == search->max_matches) {
    search_stop(search, "matches");
    return;
  }
  search_put_file(facts, relative);
  search->matches++;
}

static void visit(struct search *search, int fd, const char *name, size_t prefix, uint32_t depth, dev_t device) {
  struct stat facts;
  size_t length = strlen(name);
  if (prefix + length + 1 >= sizeof relative || fstatat(fd, name, &facts, AT_SYMLINK_NOFOLLOW) < 0) {
    search->unreadable++;
    return;
  }
  memcpy(relative + prefix, name, length + 1);
  if ((!search->hidden && *name == '.') || any(search->excludes, search->exclude_count, relative)) {
    search->passed++;
    return;
  }
  if (search->entries == search->max_entries) {
    search_stop(search, "entries");
    return;
  }
  search->entries++;
  if (search_is_late(search)) return;
  if (search->name_count == 0 || any(search->names, search->name_count, relative)) tell(search, fd, name, &facts);
  if (S_ISDIR(facts.st_mode) && search->stopped == NULL) enter(search, fd, name, prefix + length, depth, device);
}

/* Takes `fd`. */
static void walk(struct search *search, int fd, size_t prefix, uint32_t depth, dev_t device) {
  DIR *directory = fdopendir(fd);
  struct names names = {0};
  struct dirent *entry;
  bool whole = directory != NULL;
  while (whole && (entry = readdir(directory)) != NULL)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) whole = add(&names, entry->d_name);
  if (!whole) search->unreadable++;
  if (names.count > 0) qsort(names.list, names.count, sizeof *names.list, by_name);
  for (size_t i = 0; i < names.count; i++) {
    if (search->stopped == NULL) visit(search, fd, names.list[i], prefix, depth, device);
    free(names.list[i]);
  }
  free(names.list);
  if (directory != NULL) closedir(directory);
  else close(fd);
}

void search_walk(struct search *search, int fd, dev_t device) { walk(search, fd, 0, 1, device); }
