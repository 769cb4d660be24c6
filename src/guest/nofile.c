/* The agent holds several descriptors per command, so it takes what the hard limit allows; commands keep the soft one. */
#include "nofile.h"

#include <stdbool.h>
#include <sys/resource.h>

enum { DESCRIPTORS = 16384 };

static struct rlimit original;
static bool raised;

void nofile_raise(void) {
  if (getrlimit(RLIMIT_NOFILE, &original) < 0 || original.rlim_cur >= DESCRIPTORS) return;
  struct rlimit wanted = original;
  wanted.rlim_cur = original.rlim_max < DESCRIPTORS ? original.rlim_max : DESCRIPTORS;
  raised = setrlimit(RLIMIT_NOFILE, &wanted) == 0;
}

void nofile_restore(void) {
  if (raised) setrlimit(RLIMIT_NOFILE, &original);
}
