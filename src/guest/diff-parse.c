/* From headers and records to a checked entry. */
#include "diff-parse.h"

#include <string.h>
#include <sys/sysmacros.h>

#include "diff-input.h"
#include "diff-limits.h"
#include "diff-records.h"
#include "diff-report.h"

/* A copy, because the input's buffer moves on. */
static struct tar_header header;
static char short_path[sizeof header.name + 1], short_link[sizeof header.link + 1];
static uint64_t entries, bytes;
static bool begun;

void parse_prepare(void) {
  entries = bytes = 0;
  begun = false;
}

void parse_count(const struct entry *entry) {
  entries++;
  bytes += entry->stored;
}

_Noreturn void parse_bad(const char *why) { diff_fail(DIFF_BAD_STREAM, "bad stream: %s entry=%llu", why, (unsigned long long)entries); }

static uint64_t number(const char *field, size_t width) {
  uint64_t value;
  if (!tar_get(field, width, &value)) parse_bad("a number in a header is wrong");
  return value;
}

static void read_header(void) {
  memcpy(&header, input_block(), sizeof header);
  if (!tar_is_sealed(&header)) parse_bad("a header's checksum is wrong");
}

/* `path` is a relative path of ordinary names. */
static bool is_path(const char *path, size_t length) {
  if (length == 0 || length > DIFF_PATH_MAX || memchr(path, '\0', length) != NULL) return false;
  for (size_t at = 0; at <= length;) {
    const char *slash = memchr(path + at, '/', length - at);
    size_t part = slash == NULL ? length - at : (size_t)(slash - (path + at));
    if (part == 0 || part > DIFF_NAME_MAX) return false;
    if (path[at] == '.' && (part == 1 || (part == 2 && path[at + 1] == '.'))) return false;
    at += part + 1;
  }
  return true;
}

static char *shorten(char *to, const char *field, size_t width, size_t *length) {
  *length = strnlen(field, width);
  memcpy(to, field, *length);
  to[*length] = '\0';
  return to;
}

static void take_path(struct entry *entry, const struct records *records) {
  entry->path = shorten(short_path, header.name, sizeof header.name, &entry->path_length);
  if (records->found & RECORD_PATH) entry->path = records->path, entry->path_length = records->path_length;
  bool slash = entry->path_length > 0 && entry->path[entry->path_length - 1] == '/';
  if (slash != (entry->type == TAR_DIRECTORY)) parse_bad("a name that does not fit its type");
  if (slash) entry->path[--entry->path_length] = '\0';
  bool root = slash && entry->path_length == 1 && entry->path[0] == '.';
  if (root) entry->path_length = 0;
  else if (!is_path(entry->path, entry->path_length)) parse_bad("a name that leads out of the tree or is too long");
}

static void take_link(struct entry *entry, const struct records *records) {
  bool wanted = entry->type == TAR_LINK || entry->type == TAR_SYMLINK;
  entry->link = shorten(short_link, header.link, sizeof header.link, &entry->link_length);
  if (records->found & RECORD_LINK) entry->link = records->link, entry->link_length = records->link_length;
  if (!wanted && entry->link_length > 0) parse_bad("a link where none belongs");
  if (!wanted) entry->link = NULL;
  if (entry->type == TAR_LINK && !is_path(entry->link, entry->link_length)) parse_bad("a link that leads out of the tree");
  bool valid = entry->link_length > 0 && entry->link_length <= DIFF_SYMLINK_MAX;
  if (entry->type == TAR_SYMLINK && (!valid || strlen(entry->link) != entry->link_length)) parse_bad("a symbolic link to nothing");
}

static void take_facts(struct entry *entry, const struct records *records) {
  uint64_t mode = number(header.mode, sizeof header.mode), seconds = number(header.mtime, sizeof header.mtime);
  uint64_t high = number(header.major, sizeof header.major), low = number(header.minor, sizeof header.minor);
  uint64_t uid = number(header.uid, sizeof header.uid), gid = number(header.gid, sizeof header.gid);
  uint64_t size = number(header.size, sizeof header.size);
  if (records->found & RECORD_UID) uid = records->uid;
  if (records->found & RECORD_GID) gid = records->gid;
  if (records->found & RECORD_SIZE) size = records->size;
  /* All ones would mean: leave the owner as it is. */
  if (mode > 07777 || uid >= UINT32_MAX || gid >= UINT32_MAX || size > INT64_MAX) parse_bad("a mode, an owner or a size is wrong");
  bool device = entry->type == TAR_CHARACTER || entry->type == TAR_BLOCK_DEVICE;
  if (!device && (high != 0 || low != 0)) parse_bad("a device where none belongs");
  if (high > 4095 || low > 1048575) parse_bad("a device number is wrong");
  if (entry->type != TAR_FILE && size > 0) parse_bad("content where none belongs");
  entry->facts.mode = (mode_t)mode;
  entry->facts.uid = (uid_t)uid;
  entry->facts.gid = (gid_t)gid;
  entry->stored = entry->real_size = size;
  entry->device = makedev((unsigned)high, (unsigned)low);
  entry->deleted = entry->type == TAR_CHARACTER && high == 0 && low == 0;
  entry->facts.mtime = records->found & RECORD_TIME ? records->mtime : (struct timespec){.tv_sec = (time_t)seconds};
}

static void take_extras(struct entry *entry, const struct records *records) {
  const unsigned sparse = RECORD_SPARSE_MAJOR | RECORD_SPARSE_MINOR | RECORD_SPARSE_SIZE;
  const unsigned global = RECORD_VERSION | RECORD_ENTRIES | RECORD_BYTES;
  if (records->found & global) parse_bad("a record of the whole stream in an entry");
  entry->opaque = records->found & RECORD_OPAQUE;
  if (entry->opaque && (entry->type != TAR_DIRECTORY || entry->path_length == 0 || records->opaque != 1))
    parse_bad("an opaque mark where none belongs");
  entry->sparse = records->found & sparse;
  if (entry->sparse) {
    bool known = (records->found & sparse) == sparse && records->sparse_major == 1 && records->sparse_minor == 0;
    if (!known || entry->type != TAR_FILE || records->real_size > INT64_MAX) parse_bad("an unknown form of a sparse file");
    entry->real_size = records->real_size;
  }
  bool attributes = entry->type != TAR_LINK && entry->type != TAR_SYMLINK && !entry->deleted;
  if (records->xattr_count > 0 && !attributes) parse_bad("extended attributes where none belong");
  entry->xattrs = records->xattrs;
  entry->xattr_count = records->xattr_count;
}

static void check_end(const struct records *records) {
  if (!begun || records->found != (RECORD_ENTRIES | RECORD_BYTES) || records->xattr_count > 0)
    parse_bad("a global header that is not the end entry");
  if (records->entries != entries || records->bytes != bytes) parse_bad("the counts in the end entry are wrong");
  for (int i = 0; i < 2; i++)
    if (!tar_is_zero(input_block())) parse_bad("something follows the end entry");
  if (!input_is_over()) parse_bad("something follows the end");
}

bool parse_next(struct entry *entry) {
  struct records records = {0};
  read_header();
  if (!begun) {
    if (header.type != TAR_PAX_GLOBAL) parse_bad("not a difference");
    records_read(&records, number(header.size, sizeof header.size));
    if (records.found != RECORD_VERSION || records.version != 1 || records.xattr_count > 0) parse_bad("not a difference of a known version");
    records = (struct records){0};
    begun = true;
    read_header();
  }
  if (header.type == TAR_PAX_GLOBAL) {
    records_read(&records, number(header.size, sizeof header.size));
    check_end(&records);
    return false;
  }
  if (header.type == TAR_PAX) {
    records_read(&records, number(header.size, sizeof header.size));
    read_header();
  }
  if (header.type < TAR_FILE || header.type > TAR_FIFO || header.prefix[0] != '\0') parse_bad("an entry of an unknown type");
  *entry = (struct entry){.type = (enum tar_type)header.type};
  take_path(entry, &records);
  take_link(entry, &records);
  take_facts(entry, &records);
  take_extras(entry, &records);
  return true;
}
