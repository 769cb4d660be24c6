/* What SFTP calls the attributes of a file. */
#ifndef THAW_SFTP_ATTRIBUTES_H
#define THAW_SFTP_ATTRIBUTES_H

#include <sys/stat.h>

#include "sftp-wire.h"

enum { SFTP_ATTR_SIZE = 1, SFTP_ATTR_OWNER = 2, SFTP_ATTR_MODE = 4, SFTP_ATTR_TIMES = 8 };

struct sftp_attributes {
  uint32_t flags, uid, gid, mode, accessed, modified;
  uint64_t size;
};

void sftp_take_attributes(struct sftp_in *in, struct sftp_attributes *attributes);
void sftp_put_attributes(const struct stat *facts);
/* A line as `ls -l` prints it, with numbers for names. */
void sftp_put_long_name(const char *name, const struct stat *facts);
/* All of them, to the file that is open; the first errno, or 0. */
int sftp_apply_to_file(int fd, const struct sftp_attributes *attributes);
/* To what a path names; `links` is AT_SYMLINK_NOFOLLOW for a link itself, or 0. */
int sftp_apply_to_path(const char *path, const struct sftp_attributes *attributes, int links);

#endif
