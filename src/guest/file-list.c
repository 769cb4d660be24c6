/* Listing a directory tree in name order with bounded memory: of each directory only the first names are kept. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "file.h"

enum { DEPTH_MAX = 64, ENTRIES_MAX = 1 << 20, OUT_BYTES = 64 << 10 };

static uint8_t out[OUT_BYTES];
static size_t out_length;
static uint32_t left;
static bool truncated;
static char relative[PATH_MAX];

static void flush(void) {
  file_write_all(STDOUT_FILENO, out, out_length);
  out_length = 0;
}

static void emit(const struct stat *facts) {
  size_t length = strlen(relative);
  if (out_length + 2 + length + STAT_RECORD_BYTES > sizeof out) flush();
  put16(out + out_length, (uint16_t)length);
  memcpy(out + out_length + 2, relative, length);
  file_put_stat(out + out_length + 2 + length, facts);
  out_length += 2 + length + STAT_RECORD_BYTES;
}

/* The smallest names so far as a heap with the largest on top. */
struct names {
  char **list;
  size_t count, capacity, most;
};

static void sift_down(struct names *names, size_t at) {
  for (;;) {
    size_t largest = at;
    for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < names->count; child++)
      if (strcmp(names->list[child], names->list[largest]) > 0) largest = child;
    if (largest == at) return;
    char *swap = names->list[at];
    names->list[at] = names->list[largest];
    names->list[largest] = swap;
    at = largest;
  }
}

static void add(struct names *names, const char *name) {
  if (names->count == names->most) {
    truncated = true;
    if (names->count == 0 || strcmp(name, names->list[0]) >= 0) return;
    free(names->list[0]);
    names->list[0] = strdup(name);
    if (names->list[0] == NULL) file_fail(ENOMEM, STEP_READ);
    sift_down(names, 0);
    return;
  }
  if (names->count == names->capacity) {
    names->capacity = names->capacity == 0 ? 64 : names->capacity * 2;
    names->list = realloc(names->list, names->capacity * sizeof *names->list);
  }
  char *copy = strdup(name);
  if (names->list == NULL || copy == NULL) file_fail(ENOMEM, STEP_READ);
  size_t at = names->count++;
  names->list[at] = copy;
  for (; at > 0 && strcmp(names->list[at], names->list[(at - 1) / 2]) > 0; at = (at - 1) / 2) {
    names->list[at] = names->list[(at - 1) / 2];
    names->list[(at - 1) / 2] = copy;
  }
}

static int by_name(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

static void walk(int fd, size_t prefix, uint32_t depth);

static void visit(int fd, const char *name, size_t prefix, uint32_t depth) {
  struct stat facts;
  size_t length = strlen(name);
  if (prefix + length + 1 >= sizeof relative) return;
  /* It may be gone since its name was read. */
  if (fstatat(fd, name, &facts, AT_SYMLINK_NOFOLLOW) < 0) return;
  memcpy(relative + prefix, name, length + 1);
  emit(&facts);
  left--;
  if (!S_ISDIR(facts.st_mode) || depth <= 1) return;
  int below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (below < 0) return;
  relative[prefix + length] = '/';
  walk(below, prefix + length + 1, depth - 1);
}

/* Takes `fd`. */
static void walk(int fd, size_t prefix, uint32_t depth) {
  DIR *directory = fdopendir(fd);
  struct names names = {.most = left};
  struct dirent *entry;
  while (directory != NULL && (entry = readdir(directory)) != NULL)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) add(&names, entry->d_name);
  if (names.count > 0) qsort(names.list, names.count, sizeof *names.list, by_name);
  for (size_t i = 0; i < names.count; i++) {
    if (left == 0) truncated = true;
    else visit(fd, names.list[i], prefix, depth);
    free(names.list[i]);
  }
  free(names.list);
  if (directory != NULL) closedir(directory);
}

_Noreturn void file_list(struct file_request *request) {
  int fd = open(request->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) file_fail(errno, STEP_OPEN);
  left = request->most_entries < ENTRIES_MAX ? request->most_entries : ENTRIES_MAX;
  walk(fd, 0, request->depth < DEPTH_MAX ? request->depth : DEPTH_MAX);
  flush();
  uint8_t extra = truncated;
  file_answer(request, &extra, 1);
}
