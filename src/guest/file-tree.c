/* Making, moving and removing. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file.h"

enum { NO_REPLACE = 1, REMOVE_DEPTH_MAX = 256 };

int file_make_parents(const char *path, mode_t mode) {
  char part[PATH_MAX];
  for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    size_t length = (size_t)(slash - path);
    memcpy(part, path, length);
    part[length] = '\0';
    /* Asking for what exists may also answer EROFS or EACCES: what counts is whether the way goes on. */
    if (mkdir(part, mode) == 0 || errno == EEXIST) continue;
    int error = errno;
    if (access(part, F_OK) < 0) return error;
  }
  return 0;
}

_Noreturn void file_mkdir(struct file_request *request) {
  mode_t mode = request->flags & FILE_MODE_GIVEN ? request->mode : 0755;
  if (request->flags & FILE_PARENTS) {
    int error = file_make_parents(request->path, 0755);
    if (error != 0) file_fail(error, STEP_MKDIR);
  }
  if (mkdir(request->path, mode) < 0) {
    struct stat facts;
    int error = errno;
    bool there = error == EEXIST && stat(request->path, &facts) == 0 && S_ISDIR(facts.st_mode);
    if (!there || !(request->flags & FILE_PARENTS)) file_fail(error, STEP_MKDIR);
  } else if (chmod(request->path, mode) < 0) {
    file_fail(errno, STEP_MKDIR);
  }
  file_answer(request, NULL, 0);
}

_Noreturn void file_move(struct file_request *request) {
  if (request->flags & FILE_OVERWRITE) {
    if (rename(request->path, request->to) < 0) file_fail(errno, STEP_RENAME);
    file_answer(request, NULL, 0);
  }
  if (syscall(SYS_renameat2, AT_FDCWD, request->path, AT_FDCWD, request->to, NO_REPLACE) < 0) {
    struct stat facts;
    if (errno != EINVAL && errno != ENOSYS) file_fail(errno, STEP_RENAME);
    /* A file system without this flag: the check and the move are then two steps. */
    if (lstat(request->to, &facts) == 0) file_fail(EEXIST, STEP_RENAME);
    if (rename(request->path, request->to) < 0) file_fail(errno, STEP_RENAME);
  }
  file_answer(request, NULL, 0);
}

/* Descriptors all the way down: a directory that is swapped for a link meanwhile leads nowhere else. */
static void remove_content(int parent, const char *name, int depth) {
  if (depth > REMOVE_DEPTH_MAX) file_fail(ELOOP, STEP_REMOVE);
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *directory = fd < 0 ? NULL : fdopendir(fd);
  if (directory == NULL) file_fail(errno, STEP_REMOVE);
  struct dirent *entry;
  while ((entry = readdir(directory)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (unlinkat(fd, entry->d_name, 0) == 0 || errno == ENOENT) continue;
    /* Directories answer EISDIR; POSIX allows EPERM, too. */
    if (errno != EISDIR && errno != EPERM) file_fail(errno, STEP_REMOVE);
    remove_content(fd, entry->d_name, depth + 1);
    if (unlinkat(fd, entry->d_name, AT_REMOVEDIR) < 0) file_fail(errno, STEP_REMOVE);
  }
  closedir(directory);
}

_Noreturn void file_remove(struct file_request *request) {
  struct stat facts;
  if (lstat(request->path, &facts) < 0) file_fail(errno, STEP_REMOVE);
  if (!S_ISDIR(facts.st_mode)) {
    if (unlink(request->path) < 0) file_fail(errno, STEP_REMOVE);
  } else {
    if (!(request->flags & FILE_RECURSIVE)) file_fail(EISDIR, STEP_REMOVE);
    remove_content(AT_FDCWD, request->path, 0);
    if (rmdir(request->path) < 0) file_fail(errno, STEP_REMOVE);
  }
  file_answer(request, NULL, 0);
}
