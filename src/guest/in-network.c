/*
 * Enters the network namespace of a process and executes a program there. A process id may have been given to
 * another process since it was noted: rules for a sandbox must never reach the host's own network, so the process
 * has to be in the container's cgroup and in a network other than the helper's.
 */
#include "in-network.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_USAGE = 64, EXIT_GONE = 65, EXIT_SYSTEM = 66, CONTAINER_ID_CHARS = 64, CGROUP_FILE_MAX = 64 << 10 };

bool in_network_is_asked(int argc, char **argv) { return argc > 1 && strcmp(argv[1], "in-network") == 0; }

static _Noreturn void give_up(int code, const char *what) {
  dprintf(STDERR_FILENO, "in-network: %s: %s\n", what, strerror(errno));
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

_Noreturn void in_network_main(int argc, char **argv) {
  if (argc < 5 || !is_number(argv[2]) || strlen(argv[3]) != CONTAINER_ID_CHARS || !is_hexadecimal(argv[3])) {
    errno = EINVAL;
    give_up(EXIT_USAGE, "usage: in-network PID CONTAINER PROGRAM [ARGUMENT...]");
  }
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/ns/net", argv[2]);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) give_up(EXIT_GONE, path);
  struct stat theirs, own;
  if (fstat(fd, &theirs) < 0 || stat("/proc/self/ns/net", &own) < 0) give_up(EXIT_SYSTEM, "stat");
  errno = ESRCH;
  if (!belongs_to(argv[2], argv[3])) give_up(EXIT_GONE, "the process is of another container");
  errno = EPERM;
  if (theirs.st_dev == own.st_dev && theirs.st_ino == own.st_ino) give_up(EXIT_GONE, "the process is in this network");
  if (setns(fd, CLONE_NEWNET) < 0) give_up(EXIT_SYSTEM, "setns");
  execvp(argv[4], argv + 4);
  give_up(EXIT_SYSTEM, argv[4]);
}
