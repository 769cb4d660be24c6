/* Entries come directory by directory: each one's directory is the last that was entered, or one around it. */
#include "diff-apply.h"

#include <stdlib.h>
#include <string.h>

#include "diff-capability.h"
#include "diff-input.h"
#include "diff-limits.h"
#include "diff-parse.h"
#include "diff-report.h"
#include "diff-root.h"
#include "diff-sparse.h"

struct level {
  /* Length of the path up to and with the slash after this directory. */
  size_t length;
  struct facts facts;
};

static struct root *roots;
static int root_count;
static struct level *levels;
static char *current;
/* -1 before the root's own entry. */
static int depth;
static uint64_t content_bytes, entry_count;
static struct segments segments;

static void leave(void) {
  for (int i = 0; i < root_count; i++) root_leave(roots + i, &levels[depth].facts);
  depth--;
}

/* Leaves directories until the one that holds the entry is the last, and answers the entry's name in it. */
static const char *approach(const struct entry *entry) {
  while (depth > 0) {
    size_t length = levels[depth].length;
    if (entry->path_length > length && memcmp(entry->path, current, length) == 0) break;
    leave();
  }
  const char *name = entry->path + levels[depth].length;
  if (strchr(name, '/') != NULL) parse_bad("an entry before its directory");
  return name;
}

static void enter(const struct entry *entry, const char *name) {
  if (depth == DIFF_DEPTH_MAX) parse_bad("directories deeper than the bound");
  for (int i = 0; i < root_count; i++) root_enter(roots + i, name, entry);
  depth++;
  size_t from = levels[depth - 1].length;
  memcpy(current + from, entry->path + from, entry->path_length - from);
  current[entry->path_length] = '/';
  levels[depth] = (struct level){entry->path_length + 1, entry->facts};
}

static void enter_root(const struct entry *entry) {
  if (entry->path_length > 0) parse_bad("an entry before its directory");
  depth = 0;
  levels[0] = (struct level){0, entry->facts};
  for (int i = 0; i < root_count; i++) {
    if (roots[i].error != 0) continue;
    int error = xattr_replace(roots[i].places[0].fd, false, false, entry->xattrs, entry->xattr_count);
    if (error != 0) root_fail(roots + i, error, "directory", entry);
    for (size_t k = 0; k < entry->xattr_count; k++)
      if (strcmp(entry->xattrs[k].name, "system.posix_acl_default") == 0 && roots[i].error == 0) roots[i].places[0].default_acl = true;
  }
}

static uint64_t map_number(uint64_t *used, uint64_t stored) {
  char digits[24];
  size_t length = 0;
  for (;; length++) {
    if (length == 21 || *used == stored) parse_bad("the map of a sparse file is wrong");
    input_copy(digits + length, 1);
    ++*used;
    if (digits[length] == '\n') break;
  }
  uint64_t number;
  if (!parse_number(digits, length, &number)) parse_bad("the map of a sparse file is wrong");
  return number;
}

static void read_map(const struct entry *entry) {
  uint64_t used = 0, end = 0, total = 0, count = map_number(&used, entry->stored);
  segments_clear(&segments);
  for (; count > 0; count--) {
    uint64_t offset = map_number(&used, entry->stored), length = map_number(&used, entry->stored);
    if (offset < end || offset > entry->real_size || length > entry->real_size - offset) parse_bad("the map of a sparse file is wrong");
    end = offset + length;
    total += length;
    if (length > 0 && segments_add(&segments, offset, length) != 0) parse_bad("a sparse file in more pieces than the bound");
  }
  uint64_t padding = tar_padding(used);
  if (padding > entry->stored - used || entry->stored - used - padding != total) parse_bad("the map of a sparse file is wrong");
  input_skip(padding);
}

static void fill(const struct entry *entry, uint64_t offset, uint64_t left) {
  while (left > 0) {
    const uint8_t *bytes;
    size_t count = input_some(&bytes, left);
    for (int i = 0; i < root_count; i++) root_fill_file(roots + i, entry, bytes, count, offset);
    offset += count;
    left -= count;
  }
}

static void file(const struct entry *entry, const char *name) {
  if (entry->sparse) read_map(entry);
  for (int i = 0; i < root_count; i++) root_begin_file(roots + i, name, entry);
  if (entry->sparse)
    for (size_t i = 0; i < segments.count; i++) fill(entry, segments.list[i].offset, segments.list[i].length);
  else fill(entry, 0, entry->stored);
  input_skip(tar_padding(entry->stored));
  for (int i = 0; i < root_count; i++) root_end_file(roots + i, entry);
}

static void apply(const struct entry *entry) {
  if (depth < 0) {
    enter_root(entry);
    return;
  }
  if (entry->path_length == 0) parse_bad("the root comes twice");
  const char *name = approach(entry);
  if (entry->type == TAR_DIRECTORY) enter(entry, name);
  else if (entry->type == TAR_FILE) file(entry, name);
  else if (entry->deleted)
    for (int i = 0; i < root_count; i++) root_delete(roots + i, name, entry);
  else
    for (int i = 0; i < root_count; i++) root_make(roots + i, name, entry);
}

static bool any_left(void) {
  for (int i = 0; i < root_count; i++)
    if (roots[i].error == 0) return true;
  return false;
}

static int report(void) {
  int code = DIFF_OK;
  for (int i = 0; i < root_count; i++) {
    if (roots[i].error != 0) {
      diff_say("root=%d failed errno=%s %s", i, diff_errno(roots[i].error), roots[i].where);
      code = DIFF_IO;
    } else {
      diff_say("root=%d done entries=%llu bytes=%llu kept=%llu", i, (unsigned long long)entry_count,
               (unsigned long long)content_bytes, (unsigned long long)roots[i].kept);
    }
  }
  return code;
}

int diff_apply(char **paths, int count) {
  struct entry entry;
  capability_need_for_apply();
  depth = -1;
  content_bytes = entry_count = 0;
  root_count = 0;
  roots = calloc((size_t)count, sizeof *roots);
  levels = calloc(DIFF_DEPTH_MAX + 1, sizeof *levels);
  current = malloc(DIFF_PATH_MAX + 2);
  if (roots == NULL || levels == NULL || current == NULL) diff_fail(DIFF_IO, "failed errno=ENOMEM step=open");
  for (; root_count < count; root_count++) root_open(roots + root_count, paths[root_count]);
  input_prepare();
  parse_prepare();
  while (any_left() && parse_next(&entry)) {
    apply(&entry);
    parse_count(&entry);
    entry_count++;
    content_bytes += entry.stored;
  }
  while (depth >= 0) leave();
  int code = report();
  diff_apply_release();
  return code;
}

void diff_apply_release(void) {
  for (int i = 0; i < root_count; i++) root_close(roots + i);
  free(roots);
  free(levels);
  free(current);
  roots = NULL;
  levels = NULL;
  current = NULL;
  root_count = 0;
}
