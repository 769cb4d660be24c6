/* Requests about what a path names. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sftp-attributes.h"
#include "sftp-request.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

enum { DEFAULT_MODE = 0777 };

/* Takes the one path of a request; false when it was bad, which is answered then. */
static bool take_one(uint32_t id, struct sftp_in *in, char path[PATH_MAX]) {
  sftp_take_path(in, path);
  if (in->bad) sftp_reply_code(id, SFTP_BAD_MESSAGE, "Bad message");
  return !in->bad;
}

static bool take_two(uint32_t id, struct sftp_in *in, char first[PATH_MAX], char second[PATH_MAX]) {
  sftp_take_path(in, first);
  return take_one(id, in, second);
}

static void done(uint32_t id, int result) { sftp_reply_error(id, result < 0 ? errno : 0); }

static void reply_facts(uint32_t id, struct sftp_in *in, int links) {
  char path[PATH_MAX];
  struct stat facts;
  if (!take_one(id, in, path)) return;
  if (fstatat(AT_FDCWD, path, &facts, links) < 0) {
    sftp_reply_error(id, errno);
    return;
  }
  sftp_begin(SFTP_ATTRS, id);
  sftp_put_attributes(&facts);
  sftp_end();
}

void sftp_stat(uint32_t id, struct sftp_in *in) { reply_facts(id, in, 0); }

void sftp_lstat(uint32_t id, struct sftp_in *in) { reply_facts(id, in, AT_SYMLINK_NOFOLLOW); }

static void set_facts(uint32_t id, struct sftp_in *in, int links) {
  char path[PATH_MAX];
  struct sftp_attributes attributes;
  sftp_take_path(in, path);
  sftp_take_attributes(in, &attributes);
  if (in->bad) sftp_reply_code(id, SFTP_BAD_MESSAGE, "Bad message");
  else sftp_reply_error(id, sftp_apply_to_path(path, &attributes, links));
}

void sftp_setstat(uint32_t id, struct sftp_in *in) { set_facts(id, in, 0); }

void sftp_lsetstat(uint32_t id, struct sftp_in *in) { set_facts(id, in, AT_SYMLINK_NOFOLLOW); }

void sftp_remove(uint32_t id, struct sftp_in *in) {
  char path[PATH_MAX];
  if (take_one(id, in, path)) done(id, unlink(path));
}

void sftp_mkdir(uint32_t id, struct sftp_in *in) {
  char path[PATH_MAX];
  struct sftp_attributes attributes;
  sftp_take_path(in, path);
  sftp_take_attributes(in, &attributes);
  if (in->bad) sftp_reply_code(id, SFTP_BAD_MESSAGE, "Bad message");
  else done(id, mkdir(path, attributes.flags & SFTP_ATTR_MODE ? attributes.mode : DEFAULT_MODE));
}

void sftp_rmdir(uint32_t id, struct sftp_in *in) {
  char path[PATH_MAX];
  if (take_one(id, in, path)) done(id, rmdir(path));
}

/* Version 3 renames to what is not there yet; replacing is the extension's. */
void sftp_rename(uint32_t id, struct sftp_in *in) {
  char from[PATH_MAX], to[PATH_MAX];
  if (!take_two(id, in, from, to)) return;
  long result = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
  /* A file system that cannot promise it: nearly as good. */
  if (result < 0 && (errno == ENOSYS || errno == EINVAL)) {
    struct stat facts;
    if (lstat(to, &facts) == 0) errno = EEXIST;
    else result = rename(from, to);
  }
  done(id, (int)result);
}

void sftp_posix_rename(uint32_t id, struct sftp_in *in) {
  char from[PATH_MAX], to[PATH_MAX];
  if (take_two(id, in, from, to)) done(id, rename(from, to));
}

void sftp_readlink(uint32_t id, struct sftp_in *in) {
  char path[PATH_MAX], target[PATH_MAX];
  if (!take_one(id, in, path)) return;
  ssize_t length = readlink(path, target, sizeof target);
  if (length < 0) {
    sftp_reply_error(id, errno);
    return;
  }
  sftp_begin(SFTP_NAME, id);
  sftp_put32(1);
  sftp_put_bytes(target, (size_t)length);
  sftp_put_bytes(target, (size_t)length);
  sftp_put32(0);
  sftp_end();
}

/* The target comes first, as OpenSSH has it and every client by now, and not as the draft says. */
void sftp_symlink(uint32_t id, struct sftp_in *in) {
  char target[PATH_MAX], path[PATH_MAX];
  if (take_two(id, in, target, path)) done(id, symlink(target, path));
}

void sftp_hardlink(uint32_t id, struct sftp_in *in) {
  char from[PATH_MAX], to[PATH_MAX];
  if (take_two(id, in, from, to)) done(id, link(from, to));
}
