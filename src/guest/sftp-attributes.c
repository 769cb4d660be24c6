/* Attributes to and from their bytes, and to files. */
#include "sftp-attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { MODE_MASK = 07777, LINE_MAX_BYTES = 512 };
static const uint32_t extended_flag = 0x80000000u;

void sftp_take_attributes(struct sftp_in *in, struct sftp_attributes *attributes) {
  *attributes = (struct sftp_attributes){.flags = sftp_take32(in)};
  if (attributes->flags & SFTP_ATTR_SIZE) attributes->size = sftp_take64(in);
  if (attributes->flags & SFTP_ATTR_OWNER) {
    attributes->uid = sftp_take32(in);
    attributes->gid = sftp_take32(in);
  }
  if (attributes->flags & SFTP_ATTR_MODE) attributes->mode = sftp_take32(in) & MODE_MASK;
  if (attributes->flags & SFTP_ATTR_TIMES) {
    attributes->accessed = sftp_take32(in);
    attributes->modified = sftp_take32(in);
  }
  if (!(attributes->flags & extended_flag)) return;
  /* Attributes with names that nobody here knows: passed over, and a count beyond the packet ends at its end. */
  for (uint32_t count = sftp_take32(in), length; count > 0 && !in->bad; count--) {
    sftp_take_bytes(in, &length);
    sftp_take_bytes(in, &length);
  }
}

void sftp_put_attributes(const struct stat *facts) {
  sftp_put32(SFTP_ATTR_SIZE | SFTP_ATTR_OWNER | SFTP_ATTR_MODE | SFTP_ATTR_TIMES);
  sftp_put64((uint64_t)facts->st_size);
  sftp_put32(facts->st_uid);
  sftp_put32(facts->st_gid);
  sftp_put32(facts->st_mode);
  sftp_put32((uint32_t)facts->st_atime);
  sftp_put32((uint32_t)facts->st_mtime);
}

static char type_letter(mode_t mode) {
  if (S_ISDIR(mode)) return 'd';
  if (S_ISLNK(mode)) return 'l';
  if (S_ISCHR(mode)) return 'c';
  if (S_ISBLK(mode)) return 'b';
  if (S_ISFIFO(mode)) return 'p';
  return S_ISSOCK(mode) ? 's' : '-';
}

void sftp_put_long_name(const char *name, const struct stat *facts) {
  static const char letters[] = "rwxrwxrwx";
  char mode[11], date[32] = "", line[LINE_MAX_BYTES];
  mode[0] = type_letter(facts->st_mode);
  for (int i = 0; i < 9; i++) mode[i + 1] = facts->st_mode & (0400u >> i) ? letters[i] : '-';
  if (facts->st_mode & S_ISUID) mode[3] = mode[3] == 'x' ? 's' : 'S';
  if (facts->st_mode & S_ISGID) mode[6] = mode[6] == 'x' ? 's' : 'S';
  if (facts->st_mode & S_ISVTX) mode[9] = mode[9] == 'x' ? 't' : 'T';
  mode[10] = '\0';
  struct tm moment;
  if (gmtime_r(&facts->st_mtime, &moment) != NULL) strftime(date, sizeof date, "%b %e  %Y", &moment);
  int length = snprintf(line, sizeof line, "%s %4lu %-8u %-8u %12lld %s %s", mode, (unsigned long)facts->st_nlink,
                        (unsigned)facts->st_uid, (unsigned)facts->st_gid, (long long)facts->st_size, date, name);
  sftp_put_bytes(line, length < 0 ? 0 : length < LINE_MAX_BYTES ? (size_t)length : LINE_MAX_BYTES - 1);
}

static void times_of(const struct sftp_attributes *attributes, struct timespec times[2]) {
  times[0] = (struct timespec){.tv_sec = (time_t)attributes->accessed};
  times[1] = (struct timespec){.tv_sec = (time_t)attributes->modified};
}

int sftp_apply_to_file(int fd, const struct sftp_attributes *attributes) {
  struct timespec times[2];
  times_of(attributes, times);
  int error = 0;
  if (attributes->flags & SFTP_ATTR_SIZE && ftruncate(fd, (off_t)attributes->size) < 0) error = errno;
  if (attributes->flags & SFTP_ATTR_MODE && fchmod(fd, attributes->mode) < 0 && error == 0) error = errno;
  if (attributes->flags & SFTP_ATTR_TIMES && futimens(fd, times) < 0 && error == 0) error = errno;
  if (attributes->flags & SFTP_ATTR_OWNER && fchown(fd, attributes->uid, attributes->gid) < 0 && error == 0) error = errno;
  return error;
}

int sftp_apply_to_path(const char *path, const struct sftp_attributes *attributes, int links) {
  struct timespec times[2];
  times_of(attributes, times);
  int error = 0;
  if (attributes->flags & SFTP_ATTR_SIZE) {
    if (links != 0) error = EOPNOTSUPP;
    else if (truncate(path, (off_t)attributes->size) < 0) error = errno;
  }
  if (attributes->flags & SFTP_ATTR_MODE && fchmodat(AT_FDCWD, path, attributes->mode, links) < 0 && error == 0) error = errno;
  if (attributes->flags & SFTP_ATTR_TIMES && utimensat(AT_FDCWD, path, times, links) < 0 && error == 0) error = errno;
  if (attributes->flags & SFTP_ATTR_OWNER && fchownat(AT_FDCWD, path, attributes->uid, attributes->gid, links) < 0 && error == 0)
    error = errno;
  return error;
}
