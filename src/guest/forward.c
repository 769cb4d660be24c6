/* The commands, and the connections that they make. */
#include "forward.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "forward-address.h"

bool forward_is_asked(int argc, char **argv) { return argc > 1 && strncmp(argv[1], "forward-", 8) == 0; }

int forward_failed(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  return 1;
}

static int connect_to(const struct sockaddr_un *address, socklen_t length) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (const struct sockaddr *)address, length) < 0) return -1;
  return fd;
}

static int bridge_or_fail(int fd, const char *what) {
  if (fd < 0) return forward_failed(what);
  if (write(STDOUT_FILENO, "", 1) != 1) return 1;
  return forward_bridge(fd);
}

int forward_main(int argc, char **argv) {
  struct sockaddr_un address;
  socklen_t length;
  signal(SIGPIPE, SIG_IGN);
  if (argc == 3 && strcmp(argv[1], "forward-connect") == 0) {
    if (!forward_path_address(argv[2], &address, &length)) return forward_failed("socket path");
    return bridge_or_fail(connect_to(&address, length), "connect");
  }
  if (argc == 5 && strcmp(argv[1], "forward-listen") == 0) return forward_listen(argv[2], argv[3], argv[4]);
  if (argc == 4 && strcmp(argv[1], "forward-take") == 0)
    return bridge_or_fail(forward_receive(argv[2], (unsigned)strtoul(argv[3], NULL, 10)), "take");
  fputs("usage: thaw-agent forward-connect PATH | forward-listen tcp|unix PLACE NAME | forward-take NAME ID\n", stderr);
  return 2;
}
