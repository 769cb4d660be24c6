/* The operations of a script. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tool.h"

enum { WORDS_MAX = 6, LINE_BYTES = 65536 };

static int digit(char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

static void decode(char *word) {
  char *to = word;
  for (const char *from = word; *from != '\0'; from++) {
    if (*from != '%') {
      *to++ = *from;
      continue;
    }
    *to++ = (char)(digit(from[1]) * 16 + digit(from[2]));
    from += 2;
  }
  *to = '\0';
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *walk) {
  (void)facts, (void)type, (void)walk;
  return remove(path) < 0 ? 0 : 0;
}

static int remove_all(const char *path) { return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

/* Content that depends on its seed, and at times has zeros that might be taken for holes. */
static int fill(const char *path, int flags, long size, long seed) {
  static uint8_t bytes[4096];
  int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | flags, 0644);
  if (fd < 0) return -1;
  uint32_t state = (uint32_t)seed * 2654435761u + 1;
  for (long done = 0; done < size;) {
    for (size_t i = 0; i < sizeof bytes; i++) {
      state = state * 1664525u + 1013904223u;
      bytes[i] = seed % 5 == 0 ? 0 : (uint8_t)(state >> 24);
    }
    long part = size - done < (long)sizeof bytes ? size - done : (long)sizeof bytes;
    if (write(fd, bytes, (size_t)part) < 0) break;
    done += part;
  }
  return close(fd);
}

static int sparse(const char *path, long size, long offset) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0644);
  if (fd < 0) return -1;
  if (ftruncate(fd, size) < 0 || pwrite(fd, "data", 4, offset) < 0 || pwrite(fd, "more", 4, offset / 2) < 0) perror("sparse");
  return close(fd);
}

static int bind_socket(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -1;
  memcpy(address.sun_path, path, strlen(path));
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0) return -1;
  int result = bind(fd, (const struct sockaddr *)&address, sizeof address);
  close(fd);
  return result;
}

/* Version 2, permitted and effective, one capability. */
static int capability(const char *path, long number) {
  uint8_t value[20] = {1, 0, 0, 2};
  value[4 + number / 8] = (uint8_t)(1 << number % 8);
  return lsetxattr(path, "security.capability", value, sizeof value, 0);
}

/* An access list for its owner, one user, the group, the mask and others. */
static int access_list(const char *path, const char *name, long uid) {
  const uint32_t ids[] = {UINT32_MAX, (uint32_t)uid, UINT32_MAX, UINT32_MAX, UINT32_MAX};
  const uint16_t tags[] = {1, 2, 4, 16, 32}, rights[] = {7, 6, 5, 7, 4};
  uint8_t value[4 + 5 * 8] = {2, 0, 0, 0};
  for (size_t i = 0; i < 5; i++) {
    memcpy(value + 4 + i * 8, tags + i, 2);
    memcpy(value + 6 + i * 8, rights + i, 2);
    memcpy(value + 8 + i * 8, ids + i, 4);
  }
  return lsetxattr(path, name, value, sizeof value, 0);
}

static int deep(const char *path, long levels) {
  int here = open(".", O_RDONLY | O_DIRECTORY);
  for (long i = 0; i < levels; i++)
    if ((mkdir(path, 0755) < 0 && errno != EEXIST) || chdir(path) < 0) break;
  int result = fill("bottom", O_CREAT, 10, levels);
  if (fchdir(here) < 0) exit(3);
  close(here);
  return result;
}

static int run(char **w) {
  const char *op = w[0];
  long a = strtol(w[2], NULL, 0), b = strtol(w[3], NULL, 0);
  if (strcmp(op, "mkdir") == 0) return mkdir(w[1], 0755);
  if (strcmp(op, "write") == 0) return fill(w[1], O_CREAT | O_TRUNC, a, b);
  if (strcmp(op, "append") == 0) return fill(w[1], O_APPEND, a, b);
  if (strcmp(op, "truncate") == 0) return truncate(w[1], a);
  if (strcmp(op, "sparse") == 0) return sparse(w[1], a, b);
  if (strcmp(op, "remove") == 0) return remove_all(w[1]);
  if (strcmp(op, "anew") == 0) return remove_all(w[1]) < 0 ? -1 : mkdir(w[1], 0700);
  if (strcmp(op, "rename") == 0) return rename(w[1], w[2]);
  if (strcmp(op, "chmod") == 0) return chmod(w[1], (mode_t)a);
  if (strcmp(op, "chown") == 0) return lchown(w[1], (uid_t)a, (gid_t)b);
  if (strcmp(op, "symlink") == 0) return symlink(w[2], w[1]);
  if (strcmp(op, "link") == 0) return link(w[1], w[2]);
  if (strcmp(op, "fifo") == 0) return mkfifo(w[1], 0640);
  if (strcmp(op, "node") == 0) return mknod(w[1], S_IFCHR | 0620, makedev((unsigned)a, (unsigned)b));
  if (strcmp(op, "disk") == 0) return mknod(w[1], S_IFBLK | 0660, makedev((unsigned)a, (unsigned)b));
  if (strcmp(op, "socket") == 0) return bind_socket(w[1]);
  if (strcmp(op, "xattr") == 0) return lsetxattr(w[1], w[2], w[3], strlen(w[3]), 0);
  if (strcmp(op, "unxattr") == 0) return lremovexattr(w[1], w[2]);
  if (strcmp(op, "capability") == 0) return capability(w[1], a);
  if (strcmp(op, "acl") == 0) return access_list(w[1], "system.posix_acl_access", a);
  if (strcmp(op, "default-acl") == 0) return access_list(w[1], "system.posix_acl_default", a);
  if (strcmp(op, "deep") == 0) return deep(w[1], a);
  if (strcmp(op, "time") == 0) {
    const struct timespec times[2] = {{0, UTIME_OMIT}, {a, b}};
    return utimensat(AT_FDCWD, w[1], times, AT_SYMLINK_NOFOLLOW);
  }
  fprintf(stderr, "unknown operation %s\n", op);
  exit(3);
}

void ops_run(FILE *script) {
  static char line[LINE_BYTES];
  while (fgets(line, sizeof line, script) != NULL && strcmp(line, "---\n") != 0) {
    char empty[] = "", *words[WORDS_MAX] = {empty, empty, empty, empty, empty, empty};
    int count = 0;
    for (char *word = strtok(line, " \n"); word != NULL && count < WORDS_MAX; word = strtok(NULL, " \n")) {
      decode(word);
      words[count++] = word;
    }
    if (count > 0 && run(words) < 0 && getenv("TOOL_VERBOSE") != NULL) perror(words[0]);
  }
}
