/* The directories on the way to the last path stay open: the next one is likely to be near it. */
#include "diff-base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diff-entry.h"
#include "diff-layers.h"
#include "diff-report.h"

/* An open directory, and how much of the path, its slash included, leads to it. */
struct level {
  struct merged *merged;
  size_t length;
};

static struct level levels[DIFF_DEPTH_MAX + 1];
static size_t depth;
/* The path to the deepest of them, with a slash at the end. */
static char open_path[DIFF_PATH_MAX + 2];

static char *read_all(size_t *length) {
  char *text = malloc(DIFF_ASKED_MAX + 1);
  size_t used = 0;
  if (text == NULL) diff_fail(DIFF_IO, "failed errno=ENOMEM step=input");
  for (;;) {
    ssize_t count = read(STDIN_FILENO, text + used, DIFF_ASKED_MAX + 1 - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) diff_fail(DIFF_IO, "failed errno=%s step=input", diff_errno(errno));
    if (count == 0) break;
    used += (size_t)count;
    if (used > DIFF_ASKED_MAX) diff_fail(DIFF_UNSUPPORTED, "unsupported: more paths than are looked up at once");
  }
  *length = used;
  return text;
}

/* Names that lead elsewhere, or to nothing, are no names. */
static bool is_name(const char *name, size_t length) {
  bool dots = (length == 1 && name[0] == '.') || (length == 2 && name[0] == '.' && name[1] == '.');
  return length > 0 && length <= DIFF_NAME_MAX && !dots;
}

static void set_path(size_t length, const char *name, size_t name_length) {
  if (length + name_length + 1 > DIFF_PATH_MAX) entry_unsupported("a path longer than a difference holds");
  memcpy(writing.path + length, name, name_length);
  writing.length = length + name_length;
  writing.path[writing.length] = '\0';
}

static void write_file(const struct found *found, const char *name) {
  if (!S_ISREG(found->facts.st_mode)) {
    entry_special(found->parent, name, &found->facts);
    return;
  }
  int fd = openat(found->parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) entry_fail(errno, "open");
  entry_file(fd, &found->facts);
  close(fd);
}

static void write_found(struct found *found, const char *name, bool all, size_t levels_down);

static void write_below(const struct merged *merged, size_t levels_down) {
  if (levels_down > DIFF_DEPTH_MAX) entry_unsupported("directories deeper than a difference holds");
  struct names *from = calloc(merged->count, sizeof *from);
  if (from == NULL) entry_fail(ENOMEM, "list");
  size_t count, length = writing.length;
  const char **names = merged_names(merged, from, &count);
  for (size_t i = 0; i < count; i++) {
    set_path(length, names[i], strlen(names[i]));
    struct found found = merged_find(merged, names[i]);
    if (found.exists) write_found(&found, names[i], true, levels_down + 1);
  }
  set_path(length, "", 0);
  free(names);
  for (size_t i = 0; i < merged->count; i++) names_free(from + i);
  free(from);
}

/* What was found at the path that is set. Closes it. */
static void write_found(struct found *found, const char *name, bool all, size_t levels_down) {
  if (found->directory == NULL) {
    write_file(found, name);
    return;
  }
  writing.path[writing.length++] = '/';
  writing.path[writing.length] = '\0';
  entry_directory(found->directory->fds[0], &found->facts);
  if (all) write_below(found->directory, levels_down);
  merged_close(found->directory);
}

/* Closes what does not lead to the path. */
static void leave_others(const char *path) {
  while (depth > 0 && strncmp(open_path, path, levels[depth].length) != 0) merged_close(levels[depth--].merged);
}

static bool enter(const char *path, size_t length, size_t name_length) {
  char name[DIFF_NAME_MAX + 1];
  memcpy(name, path + length, name_length);
  name[name_length] = '\0';
  struct found found = merged_find(levels[depth].merged, name);
  if (found.directory == NULL) return false;
  if (depth == DIFF_DEPTH_MAX) entry_unsupported("directories deeper than a difference holds");
  levels[++depth] = (struct level){found.directory, length + name_length + 1};
  memcpy(open_path, path, length + name_length + 1);
  return true;
}

static void answer(const char *path, size_t path_length, bool all) {
  if (path_length > DIFF_PATH_MAX) diff_fail(DIFF_USAGE, "usage: a path is too long");
  leave_others(path);
  size_t at = levels[depth].length;
  for (const char *slash; (slash = strchr(path + at, '/')) != NULL; at = levels[depth].length) {
    size_t name_length = (size_t)(slash - (path + at));
    if (!is_name(path + at, name_length)) diff_fail(DIFF_USAGE, "usage: a path has a bad name");
    set_path(0, path, at + name_length);
    if (!enter(path, at, name_length)) return;
  }
  if (!is_name(path + at, path_length - at)) diff_fail(DIFF_USAGE, "usage: a path has a bad name");
  set_path(0, path, path_length);
  struct found found = merged_find(levels[depth].merged, path + at);
  if (found.exists) write_found(&found, path + at, all, depth + 1);
}

int diff_base(char **lowers, size_t count, bool user_marks, const struct showing *showing) {
  stream_open(user_marks, showing);
  size_t length;
  char *asked = read_all(&length);
  if (length > 0 && asked[length - 1] != '\0') diff_fail(DIFF_USAGE, "usage: the last path has no end");
  levels[0] = (struct level){merged_open(lowers, count), 0};
  for (size_t at = 0; at < length;) {
    size_t one = strlen(asked + at);
    if (one < 2 || (asked[at] != '=' && asked[at] != '*')) diff_fail(DIFF_USAGE, "usage: =PATH or *PATH");
    answer(asked + at + 1, one - 1, asked[at] == '*');
    at += one + 1;
  }
  free(asked);
  leave_others("");
  return stream_close();
}
