/* The file is in the working directory, and gone from it at once: whatever ends this process frees it. */
#include "diff-spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diff-limits.h"
#include "diff-output.h"
#include "diff-report.h"

static _Noreturn void fail(const char *step) { diff_fail(DIFF_IO, "failed errno=%s step=%s", diff_errno(errno), step); }

static int nameless_file(void) {
  char name[32];
  snprintf(name, sizeof name, ".thaw-spool-%d", (int)getpid());
  /* Left by a process that had the same number, and was killed between two lines. */
  unlink(name);
  int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 || unlink(name) < 0) fail("spool");
  return fd;
}

int diff_spool(const char *upper, bool user_marks, const struct showing *showing) {
  int file = nameless_file(), reader = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (reader < 0 || dup2(file, STDOUT_FILENO) < 0) fail("spool");
  int code = diff_write(upper, user_marks, showing);
  struct stat facts;
  if (fstat(file, &facts) < 0 || dup2(reader, STDOUT_FILENO) < 0) fail("spool");
  close(reader);
  output_prepare();
  output_file(file, 0, (uint64_t)facts.st_size);
  output_flush();
  return code;
}
