/* Writing a file: beside the old one and then over it, so that nobody ever sees half of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "file.h"
#include "path.h"

enum { DEFAULT_MODE = 0644, DIRECTORY_MODE = 0755, LINKS_MAX = 40, ATTEMPTS = 16 };

static uint8_t buffer[64 << 10];

/* Where a write to `path` really goes: the end of the chain if it is a link. */
static void follow(char target[PATH_MAX], const char *path) {
  char link[PATH_MAX], directory[PATH_MAX];
  memcpy(target, path, strlen(path) + 1);
  for (int links = 0; links <= LINKS_MAX; links++) {
    ssize_t length = readlink(target, link, sizeof link - 1);
    if (length < 0) return;
    link[length] = '\0';
    int parent = path_parent_length(target);
    memcpy(directory, target, (size_t)parent);
    directory[parent] = '\0';
    int error = path_resolve(directory, link, target);
    if (error != 0) file_fail(error, STEP_OPEN);
  }
  file_fail(ELOOP, STEP_OPEN);
}

/* The announced number of bytes from the engine; fewer mean that it gave up, and then nothing may change. */
static void receive(int fd, uint64_t size) {
  while (size > 0) {
    ssize_t count = read(STDIN_FILENO, buffer, size < sizeof buffer ? size : sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) file_fail(ECANCELED, STEP_SHORT);
    file_write_all(fd, buffer, (size_t)count);
    size -= (uint64_t)count;
  }
}

static _Noreturn void finish(struct file_request *request, bool created, uint64_t size) {
  uint8_t extra[9];
  extra[0] = created;
  put64(extra + 1, size);
  file_answer(request, extra, sizeof extra);
}

static _Noreturn void append(struct file_request *request, const char *target, bool exists) {
  int fd = open(target, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, DEFAULT_MODE);
  struct stat before;
  if (fd < 0 || fstat(fd, &before) < 0) file_fail(errno, STEP_OPEN);
  uint64_t left = request->size;
  while (left > 0) {
    ssize_t count = read(STDIN_FILENO, buffer, left < sizeof buffer ? left : sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    int error = count <= 0 ? ECANCELED : 0;
    for (ssize_t done = 0, written; error == 0 && done < count; done += written) {
      written = write(fd, buffer + done, (size_t)(count - done));
      if (written < 0) error = errno;
    }
    if (error != 0) {
      /* A part of the text would be worse than none. */
      if (ftruncate(fd, before.st_size) < 0 || (!exists && unlink(target) < 0)) error = EIO;
      file_fail(error, error == ECANCELED ? STEP_SHORT : STEP_WRITE);
    }
    left -= (uint64_t)count;
  }
  if (request->flags & FILE_MODE_GIVEN && fchmod(fd, request->mode) < 0) file_fail(errno, STEP_WRITE);
  finish(request, !exists, (uint64_t)before.st_size + request->size);
}

/* A new file beside `target`, -1 when the directory takes none. */
static int open_beside(const char *target, char name[PATH_MAX]) {
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    int length = snprintf(name, PATH_MAX, "%.*s/.thaw-%d-%d", path_parent_length(target), target, (int)getpid(), attempt);
    if (length < 0 || length >= PATH_MAX) {
      errno = ENAMETOOLONG;
      return -1;
    }
    int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

static void overwrite(int from, int to) {
  if (lseek(from, 0, SEEK_SET) < 0 || ftruncate(to, 0) < 0) file_fail(errno, STEP_WRITE);
  ssize_t count;
  while ((count = read(from, buffer, sizeof buffer)) > 0) file_write_all(to, buffer, (size_t)count);
  if (count < 0) file_fail(errno, STEP_READ);
}

_Noreturn void file_write(struct file_request *request) {
  static char target[PATH_MAX], temporary[PATH_MAX];
  struct stat before;
  follow(target, request->path);
  int error = file_make_parents(target, DIRECTORY_MODE);
  if (error != 0) file_fail(error, STEP_MKDIR);
  bool exists = lstat(target, &before) == 0;
  if (!exists && errno != ENOENT) file_fail(errno, STEP_OPEN);
  if (exists && S_ISDIR(before.st_mode)) file_fail(EISDIR, STEP_OPEN);
  if (exists && !S_ISREG(before.st_mode)) file_fail(EINVAL, STEP_TYPE);
  if (request->flags & FILE_APPEND) append(request, target, exists);
  /* A rename needs rights on the directory only: the file's own permission is asked for here. */
  int old = exists ? open(target, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
  if (exists && old < 0 && errno != ETXTBSY) file_fail(errno, STEP_OPEN);
  mode_t mode = request->flags & FILE_MODE_GIVEN ? request->mode : exists ? before.st_mode & 07777 : DEFAULT_MODE;
  int fd = open_beside(target, temporary);
  /* ENOENT: a file system of the kernel's own, which makes no files. */
  bool denied = fd < 0 && (errno == EACCES || errno == EPERM || errno == EROFS || errno == ENOENT);
  if (fd < 0 && !(denied && old >= 0)) file_fail(errno, STEP_OPEN);
  if (fd >= 0) file_remove_at_end(temporary);
  if (fd >= 0 && exists && (before.st_uid != geteuid() || before.st_gid != getegid()) &&
      fchown(fd, before.st_uid, before.st_gid) < 0) {
    /* The owner cannot be kept beside: write into the file itself. */
    if (old < 0) file_fail(errno, STEP_WRITE);
    unlink(temporary);
    file_keep();
    close(fd);
    fd = -1;
  }
  if (fd < 0) {
    if (ftruncate(old, 0) < 0) file_fail(errno, STEP_WRITE);
    receive(old, request->size);
    if (request->flags & FILE_MODE_GIVEN && fchmod(old, mode) < 0) file_fail(errno, STEP_WRITE);
    finish(request, false, request->size);
  }
  receive(fd, request->size);
  if (fchmod(fd, mode) < 0) file_fail(errno, STEP_WRITE);
  if (rename(temporary, target) < 0) {
    /* A file that is itself a mount, such as /etc/hosts in a container. */
    if (errno != EBUSY || old < 0) file_fail(errno, STEP_RENAME);
    overwrite(fd, old);
    unlink(temporary);
  }
  file_keep();
  finish(request, !exists, request->size);
}
