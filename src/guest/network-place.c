/* Rules and links for a sandbox must never reach the host's own network, so who the process is is looked at first. */
#include "network-place.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONTAINER_ID_CHARS = 64, CGROUP_FILE_MAX = 64 << 10 };

/* The helper runs in it. */
static const char host_network[] = "/proc/self/ns/net";

_Noreturn void network_give_up(const char *program, int code, const char *what) {
  dprintf(STDERR_FILENO, "%s: %s: %s\n", program, what, strerror(errno));
  _exit(code);
}

static bool is_hexadecimal(const char *text) { return text[strspn(text, "0123456789abcdef")] == '\0'; }

static bool is_number(const char *text) { return *text != '\0' && strlen(text) < 10 && text[strspn(text, "0123456789")] == '\0'; }

static bool belongs_to(const char *pid, const char *container) {
  static char text[CGROUP_FILE_MAX];
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/cgroup", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  size_t length = 0;
  ssize_t count;
  while ((count = read(fd, text + length, sizeof text - 1 - length)) > 0) length += (size_t)count;
  close(fd);
  text[length] = '\0';
  return strstr(text, container) != NULL;
}

/* What cannot be told apart counts as the same. */
static bool is_same(const struct stat *one, const char *path) {
  struct stat other;
  return stat(path, &other) < 0 || (one->st_dev == other.st_dev && one->st_ino == other.st_ino);
}

int network_of(const char *program, const char *pid, const char *container) {
  errno = EINVAL;
  if (!is_number(pid) || strlen(container) != CONTAINER_ID_CHARS || !is_hexadecimal(container))
    network_give_up(program, EXIT_USAGE, "no process id or no container id");
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/ns/net", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) network_give_up(program, EXIT_GONE, path);
  struct stat theirs;
  if (fstat(fd, &theirs) < 0) network_give_up(program, EXIT_SYSTEM, path);
  errno = ESRCH;
  if (!belongs_to(pid, container)) network_give_up(program, EXIT_GONE, "the process is of another container");
  errno = EPERM;
  if (is_same(&theirs, host_network)) network_give_up(program, EXIT_GONE, "the process has no network of its own");
  return fd;
}

int network_of_host(const char *program) {
  int fd = open(host_network, O_RDONLY | O_CLOEXEC);
  if (fd < 0) network_give_up(program, EXIT_SYSTEM, host_network);
  return fd;
}

void network_enter(const char *program, int fd) {
  if (setns(fd, CLONE_NEWNET) < 0) network_give_up(program, EXIT_SYSTEM, "setns");
}
