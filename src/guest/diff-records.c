/* Just the records that the writer makes are known, each at most once: anything else is not a difference. */
#include "diff-records.h"

#include <stdlib.h>
#include <string.h>

#include "diff-input.h"
#include "diff-limits.h"
#include "diff-report.h"

static char *text;
static size_t capacity;
static struct xattr xattrs[DIFF_XATTRS_MAX];

bool parse_number(const char *digits, size_t length, uint64_t *number) {
  uint64_t value = 0;
  if (length == 0 || length > 20) return false;
  for (size_t i = 0; i < length; i++) {
    if (digits[i] < '0' || digits[i] > '9') return false;
    uint64_t digit = (uint64_t)(digits[i] - '0');
    if (value > (UINT64_MAX - digit) / 10) return false;
    value = value * 10 + digit;
  }
  *number = value;
  return true;
}

static bool parse_time(const char *value, size_t length, struct timespec *time) {
  bool negative = length > 0 && value[0] == '-';
  if (negative) value++, length--;
  const char *point = memchr(value, '.', length);
  size_t whole = point == NULL ? length : (size_t)(point - value);
  uint64_t seconds;
  long nanoseconds = 0;
  if (!parse_number(value, whole, &seconds) || seconds > INT64_MAX / 2) return false;
  if (point != NULL) {
    size_t digits = length - whole - 1;
    uint64_t fraction;
    if (digits > 9 || !parse_number(point + 1, digits, &fraction)) return false;
    for (; digits < 9; digits++) fraction *= 10;
    nanoseconds = (long)fraction;
  }
  time->tv_sec = negative ? -(time_t)seconds : (time_t)seconds;
  if (negative && nanoseconds > 0) time->tv_sec--, nanoseconds = 1000000000 - nanoseconds;
  time->tv_nsec = nanoseconds;
  return true;
}

static int digit_of(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

/* %XX in place: the result is never longer. */
static bool decode(char *name) {
  char *to = name;
  for (const char *from = name; *from != '\0'; from++) {
    if (*from != '%') {
      *to++ = *from;
      continue;
    }
    int high = digit_of(from[1]), low = high < 0 ? -1 : digit_of(from[2]);
    if (low < 0 || high * 16 + low == 0) return false;
    *to++ = (char)(high * 16 + low);
    from += 2;
  }
  *to = '\0';
  return to - name <= DIFF_NAME_MAX;
}

static void add_xattr(struct records *records, char *name, const char *value, size_t length) {
  if (!decode(name) || !xattr_is_carried(name)) parse_bad("an extended attribute that a difference does not carry");
  if (length > DIFF_XATTR_LIST_MAX || records->xattr_count == DIFF_XATTRS_MAX) parse_bad("extended attributes beyond the bound");
  xattrs[records->xattr_count++] = (struct xattr){name, value, length};
}

static void add_once(struct records *records, unsigned kind, bool valid) {
  if (!valid || records->found & kind) parse_bad("a record that is wrong or comes twice");
  records->found |= kind;
}

static void take_record(struct records *records, char *key, char *value, size_t length) {
  const struct {
    const char *key;
    unsigned kind;
    uint64_t *number;
  } numbers[] = {
      {"size", RECORD_SIZE, &records->size},
      {"uid", RECORD_UID, &records->uid},
      {"gid", RECORD_GID, &records->gid},
      {"GNU.sparse.major", RECORD_SPARSE_MAJOR, &records->sparse_major},
      {"GNU.sparse.minor", RECORD_SPARSE_MINOR, &records->sparse_minor},
      {"GNU.sparse.realsize", RECORD_SPARSE_SIZE, &records->real_size},
      {"THAW.opaque", RECORD_OPAQUE, &records->opaque},
      {"THAW.version", RECORD_VERSION, &records->version},
      {"THAW.entries", RECORD_ENTRIES, &records->entries},
      {"THAW.bytes", RECORD_BYTES, &records->bytes},
  };
  if (strncmp(key, XATTR_KEY, sizeof XATTR_KEY - 1) == 0) {
    add_xattr(records, key + sizeof XATTR_KEY - 1, value, length);
  } else if (strcmp(key, "path") == 0) {
    add_once(records, RECORD_PATH, true);
    records->path = value;
    records->path_length = length;
  } else if (strcmp(key, "linkpath") == 0) {
    add_once(records, RECORD_LINK, true);
    records->link = value;
    records->link_length = length;
  } else if (strcmp(key, "mtime") == 0) {
    add_once(records, RECORD_TIME, parse_time(value, length, &records->mtime));
  } else {
    size_t i = 0;
    while (i < sizeof numbers / sizeof *numbers && strcmp(key, numbers[i].key) != 0) i++;
    if (i == sizeof numbers / sizeof *numbers) parse_bad("an unknown record");
    add_once(records, numbers[i].kind, parse_number(value, length, numbers[i].number));
  }
}

/* Splits `12 key=value\n` off the front; the `=` and the newline become NULs. Answers its length. */
static size_t split(struct records *records, char *at, size_t left) {
  char *space = memchr(at, ' ', left < 20 ? left : 20);
  uint64_t length;
  if (space == NULL || !parse_number(at, (size_t)(space - at), &length)) parse_bad("a record without a length");
  size_t before = (size_t)(space - at) + 1;
  if (length > left || length < before + 2 || at[length - 1] != '\n') parse_bad("a record with a wrong length");
  char *equals = memchr(space + 1, '=', (size_t)length - before);
  if (equals == NULL) parse_bad("a record without a value");
  at[length - 1] = *equals = '\0';
  if (memchr(space + 1, '\0', (size_t)(equals - space) - 1) != NULL) parse_bad("a record with a NUL in its name");
  take_record(records, space + 1, equals + 1, (size_t)(at + length - 1 - (equals + 1)));
  return (size_t)length;
}

void records_read(struct records *records, uint64_t size) {
  if (size == 0 || size > DIFF_PAX_MAX) parse_bad("records of a wrong size");
  if (size > capacity) {
    char *grown = realloc(text, (size_t)size);
    if (grown == NULL) diff_fail(DIFF_IO, "failed errno=ENOMEM step=records");
    text = grown;
    capacity = (size_t)size;
  }
  input_copy(text, (size_t)size);
  input_skip(tar_padding(size));
  *records = (struct records){.xattrs = xattrs};
  for (size_t at = 0; at < size;) at += split(records, text + at, (size_t)size - at);
}
