/* A hash table over device and inode; the paths live in it to the end, because any of them may come again. */
#include "diff-links.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "diff-limits.h"
#include "diff-report.h"

enum { LINKS_MAX = 1 << 20, PATH_BYTES_MAX = 128 << 20, FIRST_SLOTS = 256 };

struct link {
  dev_t device;
  ino_t inode;
  char *path;
};

static struct link *slots;
static size_t slot_count, link_count, path_bytes;

static struct link *find(struct link *in, size_t count, dev_t device, ino_t inode) {
  uint64_t hash = ((uint64_t)inode ^ (uint64_t)device << 32) * 0x9E3779B97F4A7C15u;
  size_t at = (size_t)(hash >> 20) & (count - 1);
  while (in[at].path != NULL && !(in[at].device == device && in[at].inode == inode)) at = (at + 1) & (count - 1);
  return in + at;
}

static void grow(void) {
  size_t wanted = slot_count == 0 ? FIRST_SLOTS : slot_count * 2;
  struct link *grown = calloc(wanted, sizeof *grown);
  if (grown == NULL) diff_fail(DIFF_IO, "failed errno=ENOMEM step=links");
  for (size_t i = 0; i < slot_count; i++)
    if (slots[i].path != NULL) *find(grown, wanted, slots[i].device, slots[i].inode) = slots[i];
  free(slots);
  slots = grown;
  slot_count = wanted;
}

const char *links_meet(const struct stat *facts, const char *path) {
  if (link_count * 2 >= slot_count) grow();
  struct link *link = find(slots, slot_count, facts->st_dev, facts->st_ino);
  if (link->path != NULL) return link->path;
  size_t length = strlen(path) + 1;
  if (link_count == LINKS_MAX || path_bytes + length > PATH_BYTES_MAX)
    diff_fail(DIFF_UNSUPPORTED, "unsupported: more files with several names than a difference holds");
  char *copy = malloc(length);
  if (copy == NULL) diff_fail(DIFF_IO, "failed errno=ENOMEM step=links");
  memcpy(copy, path, length);
  *link = (struct link){facts->st_dev, facts->st_ino, copy};
  link_count++;
  path_bytes += length;
  return NULL;
}
