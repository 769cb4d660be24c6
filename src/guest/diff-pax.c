/* Times have nanoseconds, so almost every entry needs records: they are built in one buffer that is kept. */
#include "diff-pax.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "diff-limits.h"
#include "diff-output.h"
#include "diff-report.h"

static char *records;
static size_t used, capacity;

static size_t digits_of(size_t number) {
  size_t digits = 1;
  for (; number >= 10; number /= 10) digits++;
  return digits;
}

static bool reserve(size_t count) {
  if (count > DIFF_PAX_MAX || used + count > DIFF_PAX_MAX) return false;
  if (used + count <= capacity) return true;
  size_t wanted = capacity == 0 ? 8192 : capacity;
  while (wanted < used + count) wanted *= 2;
  char *grown = realloc(records, wanted);
  if (grown == NULL) diff_fail(DIFF_IO, "failed errno=ENOMEM step=records");
  records = grown;
  capacity = wanted;
  return true;
}

bool pax_add(const char *key, const void *value, size_t length) {
  size_t key_length = strlen(key), body = key_length + length + 3;
  /* The length counts its own digits. */
  size_t total = body + digits_of(body);
  total = body + digits_of(total);
  if (!reserve(total + 1)) return false;
  used += (size_t)sprintf(records + used, "%zu ", total);
  memcpy(records + used, key, key_length);
  used += key_length;
  records[used++] = '=';
  if (length > 0) memcpy(records + used, value, length);
  used += length;
  records[used++] = '\n';
  return true;
}

static void must_add(const char *key, const void *value, size_t length) {
  if (!pax_add(key, value, length)) diff_fail(DIFF_UNSUPPORTED, "unsupported: more extended attributes than a difference holds");
}

void pax_add_number(const char *key, uint64_t number) {
  char text[24];
  must_add(key, text, (size_t)snprintf(text, sizeof text, "%llu", (unsigned long long)number));
}

static void add_time(struct timespec time) {
  char text[48];
  /* A time before 1970 is the negative of the whole: -1.5 is half a second before -1. */
  bool negative = time.tv_sec < 0;
  unsigned long long seconds = negative ? 0ull - (unsigned long long)time.tv_sec : (unsigned long long)time.tv_sec;
  long nanoseconds = time.tv_nsec;
  if (negative && nanoseconds > 0) seconds--, nanoseconds = 1000000000 - nanoseconds;
  int length = snprintf(text, sizeof text, "%s%llu.%09ld", negative ? "-" : "", seconds, nanoseconds);
  must_add("mtime", text, (size_t)length);
}

void pax_drop(void) { used = 0; }

static void write_records(enum tar_type type) {
  if (used == 0) return;
  struct tar_header header = {0};
  memcpy(header.name, "PaxHeaders/thaw", 15);
  tar_put(header.mode, sizeof header.mode, 0644);
  tar_put(header.uid, sizeof header.uid, 0);
  tar_put(header.gid, sizeof header.gid, 0);
  tar_put(header.size, sizeof header.size, used);
  tar_put(header.mtime, sizeof header.mtime, 0);
  header.type = (char)type;
  tar_seal(&header);
  output_bytes(&header, sizeof header);
  output_bytes(records, used);
  output_zeros(tar_padding(used));
  used = 0;
}

void pax_write_global(void) { write_records(TAR_PAX_GLOBAL); }

static void put_text(char *field, size_t width, const char *key, const char *text) {
  size_t length = strlen(text);
  if (length > width) must_add(key, text, length);
  memcpy(field, text, length < width ? length : width);
}

static void put_number(char *field, size_t width, const char *key, uint64_t number) {
  if (!tar_put(field, width, number)) pax_add_number(key, number);
}

void pax_write(const char *path, const struct pax_node *node) {
  struct tar_header header = {0};
  put_text(header.name, sizeof header.name, "path", path);
  if (node->link != NULL) put_text(header.link, sizeof header.link, "linkpath", node->link);
  put_number(header.uid, sizeof header.uid, "uid", node->uid);
  put_number(header.gid, sizeof header.gid, "gid", node->gid);
  put_number(header.size, sizeof header.size, "size", node->stored);
  bool whole = node->mtime.tv_nsec == 0 && node->mtime.tv_sec >= 0;
  bool fits = tar_put(header.mtime, sizeof header.mtime, node->mtime.tv_sec < 0 ? 0 : (uint64_t)node->mtime.tv_sec);
  if (!whole || !fits) add_time(node->mtime);
  tar_put(header.mode, sizeof header.mode, node->mode & 07777);
  tar_put(header.major, sizeof header.major, major(node->device));
  tar_put(header.minor, sizeof header.minor, minor(node->device));
  header.type = (char)node->type;
  tar_seal(&header);
  write_records(TAR_PAX);
  output_bytes(&header, sizeof header);
}
