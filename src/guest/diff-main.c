/*
 * diff-write, diff-apply, and diff-copy, which is both with a pipe between and without a shell; diff-show and diff-base
 * for who wants to see what changed.
 */
#include "diff-main.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "diff-apply.h"
#include "diff-backlog.h"
#include "diff-base.h"
#include "diff-limits.h"
#include "diff-report.h"
#include "diff-write.h"

static const char usage[] =
    "usage: thaw-agent diff-write [OPTION...] UPPER | diff-apply ROOT... | diff-copy [OPTION...] UPPER ROOT... | "
    "diff-show [OPTION...] FILE_MAX CONTENT_MAX PATH UPPER | diff-base [--userxattr] FILE_MAX CONTENT_MAX LOWER...; "
    "options: --userxattr, --backlog BYTES";

static struct {
  bool user_marks;
  /* What a reader that is slower may leave behind; 0 for nothing. */
  uint64_t backlog;
} options;

_Noreturn void diff_exit(int code) { _exit(code); }

bool diff_is_asked(int argc, char **argv) { return argc > 1 && strncmp(argv[1], "diff-", 5) == 0; }

/* Every open level of a tree costs a descriptor a root. */
static void raise_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/* Forks; the child goes on with the pipe's end in place and ends with its parent. Answers 0 in the child. */
static pid_t branch(const int ends[2], int own, int target) {
  pid_t parent = getpid(), pid = fork();
  if (pid < 0) diff_fail(DIFF_IO, "failed errno=%s step=fork", diff_errno(errno));
  if (pid > 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent || dup2(ends[own], target) < 0) _exit(DIFF_IO);
  close(ends[0]);
  close(ends[1]);
  return 0;
}

static int code_of(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return DIFF_IO;
  return WIFEXITED(status) ? WEXITSTATUS(status) : DIFF_IO;
}

static uint64_t number_of(const char *text) {
  char *end;
  errno = 0;
  unsigned long long number = strtoull(text, &end, 10);
  if (errno != 0 || *text < '0' || *text > '9' || *end != '\0') diff_fail(DIFF_USAGE, "%s", usage);
  return number;
}

/* Answers what is left after them. */
static char **take_options(char **rest) {
  for (; *rest != NULL && strncmp(*rest, "--", 2) == 0; rest++) {
    if (strcmp(*rest, "--userxattr") == 0) options.user_marks = true;
    else if (strcmp(*rest, "--backlog") == 0 && rest[1] != NULL) options.backlog = number_of(*++rest);
    else diff_fail(DIFF_USAGE, "%s", usage);
  }
  return rest;
}

static int write_difference(const char *upper, const struct showing *showing) {
  if (options.backlog > 0) backlog_open(options.backlog);
  return diff_write(upper, options.user_marks, showing);
}

static int copy(const char *upper, char **roots, int count) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) diff_fail(DIFF_IO, "failed errno=%s step=pipe", diff_errno(errno));
  pid_t writer = branch(ends, 1, STDOUT_FILENO);
  if (writer == 0) _exit(write_difference(upper, NULL));
  pid_t reader = branch(ends, 0, STDIN_FILENO);
  if (reader == 0) _exit(diff_apply(roots, count));
  close(ends[0]);
  close(ends[1]);
  int written = code_of(writer), applied = code_of(reader);
  /* The one that failed first makes the other fail: a short stream is the writer's fault, a closed pipe the reader's. */
  return applied == DIFF_TRUNCATED && written != DIFF_OK ? written : applied != DIFF_OK ? applied : written;
}

/* Those that begin with two bounds. */
static int show(bool is_image, char **rest, int count) {
  struct showing showing = {.file_max = number_of(rest[0]), .content_max = number_of(rest[1]), .below = ""};
  if (is_image) return diff_base(rest + 2, (size_t)count - 2, options.user_marks, &showing);
  showing.below = rest[2];
  return write_difference(rest[3], &showing);
}

int diff_main(int argc, char **argv) {
  const char *command = argv[1];
  signal(SIGPIPE, SIG_IGN);
  umask(0);
  raise_descriptors();
  char **rest = take_options(argv + 2);
  int count = argc - (int)(rest - argv);
  bool has_backlog = options.backlog > 0;
  if (strcmp(command, "diff-write") == 0 && count == 1) return write_difference(rest[0], NULL);
  if (strcmp(command, "diff-copy") == 0 && count >= 2 && count <= DIFF_ROOTS_MAX + 1) return copy(rest[0], rest + 1, count - 1);
  if (strcmp(command, "diff-show") == 0 && count == 4) return show(false, rest, count);
  if (strcmp(command, "diff-base") == 0 && !has_backlog && count >= 3 && count <= DIFF_LAYERS_MAX + 2)
    return show(true, rest, count);
  if (strcmp(command, "diff-apply") == 0 && !has_backlog && !options.user_marks && count >= 1 && count <= DIFF_ROOTS_MAX)
    return diff_apply(rest, count);
  diff_fail(DIFF_USAGE, "%s", usage);
}
