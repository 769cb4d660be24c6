/* `job-send DIR input|close|input-close` (the bytes on its own input) or `job-send DIR signal NUMBER GRACE_MS` (-1: no SIGKILL
   afterwards). Prints the errno of the first refusal, or 0, and how many bytes were accepted. */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bytes.h"
#include "job.h"

enum { ANSWER_WAIT_MS = 10000 };

static uint8_t message[1 + JOB_MESSAGE_MAX];

/* The answer of the supervisor. One that ends meanwhile has nothing left to be told. */
static int ask(int fd, size_t length) {
  uint8_t reply[4];
  if (send(fd, message, length, MSG_NOSIGNAL) < 0) return ESRCH;
  struct pollfd waits = {fd, POLLIN, 0};
  if (poll(&waits, 1, ANSWER_WAIT_MS) <= 0) return ETIMEDOUT;
  return recv(fd, reply, sizeof reply, 0) == (ssize_t)sizeof reply ? (int)get32(reply) : ESRCH;
}

static int send_input(int fd, unsigned long *accepted) {
  message[0] = JOB_INPUT;
  for (;;) {
    ssize_t count = read(STDIN_FILENO, message + 1, JOB_MESSAGE_MAX);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return 0;
    int error = ask(fd, 1 + (size_t)count);
    if (error != 0) return error;
    *accepted += (unsigned long)count;
  }
}

int job_send(int argc, char **argv) {
  if (argc < 4) return 2;
  int error = 0;
  unsigned long accepted = 0;
  int fd = job_connect(argv[2], JOB_PATIENCE_S);
  if (fd < 0) {
    error = errno == ENOENT || errno == ECONNREFUSED ? ESRCH : errno;
  } else if (strcmp(argv[3], "signal") == 0 && argc == 6) {
    message[0] = JOB_SIGNAL;
    put32(message + 1, (uint32_t)strtoul(argv[4], NULL, 10));
    put32(message + 5, (uint32_t)strtol(argv[5], NULL, 10));
    error = ask(fd, 9);
  } else {
    if (strncmp(argv[3], "input", 5) == 0) error = send_input(fd, &accepted);
    message[0] = JOB_CLOSE;
    /* What took the input may have ended before the end of it came. */
    bool closes = strstr(argv[3], "close") != NULL;
    int answer = error == 0 && closes ? ask(fd, 1) : 0;
    if (accepted == 0 && error == 0) error = answer;
  }
  printf("%d %lu\n", error, accepted);
  return fflush(stdout) == 0 ? 0 : 1;
}
