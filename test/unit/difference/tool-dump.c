/* Everything that a difference keeps of a tree, as text. */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tool.h"

enum { LINKS_MAX = 4096, XATTRS_MAX = 64 };

static struct {
  dev_t device;
  ino_t inode;
} links[LINKS_MAX];
static int link_count;
static FILE *output;

static void put(const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)bytes[i];
    if (c > ' ' && c < 0x7F && c != '%') fputc(c, output);
    else fprintf(output, "%%%02x", c);
  }
}

static uint64_t hash_of(int fd) {
  static uint8_t bytes[65536];
  uint64_t hash = 1469598103934665603u;
  ssize_t count;
  while ((count = read(fd, bytes, sizeof bytes)) > 0)
    for (ssize_t i = 0; i < count; i++) hash = (hash ^ bytes[i]) * 1099511628211u;
  return count < 0 ? 0 : hash;
}

/* The same number for all names of one file, in both trees, because they are walked in the same order. */
static int group_of(const struct stat *facts) {
  int i = 0;
  while (i < link_count && !(links[i].device == facts->st_dev && links[i].inode == facts->st_ino)) i++;
  if (i == link_count && link_count < LINKS_MAX) {
    links[i].device = facts->st_dev;
    links[i].inode = facts->st_ino;
    link_count++;
  }
  return i;
}

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void put_xattrs(const char *path) {
  static char list[65536], value[65536];
  char *sorted[XATTRS_MAX];
  int count = 0;
  ssize_t length = llistxattr(path, list, sizeof list);
  for (char *name = list; length > 0 && name < list + length && count < XATTRS_MAX; name += strlen(name) + 1) sorted[count++] = name;
  qsort(sorted, (size_t)count, sizeof *sorted, compare);
  for (int i = 0; i < count; i++) {
    ssize_t size = lgetxattr(path, sorted[i], value, sizeof value);
    fputc(' ', output);
    put(sorted[i], strlen(sorted[i]));
    fputc('=', output);
    if (size > 0) put(value, (size_t)size);
  }
}

static void walk(int parent, const char *name, const char *shown);

static void walk_content(int fd, const char *shown) {
  struct dirent **entries;
  int count = scandirat(fd, ".", &entries, NULL, alphasort);
  for (int i = 0; i < count; i++) {
    const char *name = entries[i]->d_name;
    if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
      size_t size = strlen(shown) + strlen(name) + 2;
      char *path = malloc(size);
      if (path == NULL) exit(3);
      snprintf(path, size, "%s/%s", shown, name);
      walk(fd, name, path);
      free(path);
    }
    free(entries[i]);
  }
  if (count >= 0) free(entries);
}

static void walk(int parent, const char *name, const char *shown) {
  /* Not on the stack: trees here are two thousand levels deep. */
  static char through[64], target[4096];
  struct stat facts;
  int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &facts) < 0) {
    fprintf(output, "unreadable %s\n", shown);
    if (fd >= 0) close(fd);
    return;
  }
  if (!S_ISSOCK(facts.st_mode)) {
    put(shown, strlen(shown));
    fprintf(output, " mode=%o owner=%u:%u time=%lld.%09ld", facts.st_mode, facts.st_uid, facts.st_gid, (long long)facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
    if (!S_ISDIR(facts.st_mode)) fprintf(output, " size=%lld names=%u", (long long)facts.st_size, (unsigned)facts.st_nlink);
    if (!S_ISDIR(facts.st_mode) && facts.st_nlink > 1) fprintf(output, " group=%d", group_of(&facts));
    if (S_ISCHR(facts.st_mode) || S_ISBLK(facts.st_mode)) fprintf(output, " device=%u:%u", major(facts.st_rdev), minor(facts.st_rdev));
    snprintf(through, sizeof through, "/proc/self/fd/%d", fd);
    if (S_ISREG(facts.st_mode)) {
      int content = open(through, O_RDONLY | O_CLOEXEC);
      /* Only what can be large is sparse. */
      if (facts.st_size < 64 << 20) fprintf(output, " content=%016llx", (unsigned long long)hash_of(content));
      close(content);
    }
    if (S_ISLNK(facts.st_mode)) {
      ssize_t length = readlinkat(parent, name, target, sizeof target);
      fputs(" target=", output);
      if (length > 0) put(target, (size_t)length);
    } else {
      /* A trailing part keeps the last component from being the link in /proc itself. */
      char direct[80];
      snprintf(direct, sizeof direct, "%s%s", through, S_ISDIR(facts.st_mode) ? "/." : "");
      if (S_ISDIR(facts.st_mode)) put_xattrs(direct);
      else if (fchdir(parent) == 0) put_xattrs(name);
    }
    fputc('\n', output);
  }
  close(fd);
  int directory = S_ISDIR(facts.st_mode) ? openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
  if (directory >= 0) walk_content(directory, shown);
  if (directory >= 0) close(directory);
}

void tree_dump(const char *path, FILE *out) {
  output = out;
  link_count = 0;
  walk(AT_FDCWD, path, ".");
}
