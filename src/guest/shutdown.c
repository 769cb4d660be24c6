/* Shutdown is a deadline that the loop looks at: no timer descriptor, nothing that a checkpoint could lose. */
#include "shutdown.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "link.h"
#include "loop.h"
#include "process.h"

enum { AFTER_KILL_MS = 2000 };

static bool asked, killed;
static int64_t deadline;

void shutdown_begin(uint32_t grace_ms) {
  int64_t wanted = loop_now_ms() + grace_ms;
  if (asked && (killed || wanted >= deadline)) return;
  deadline = wanted;
  if (asked) return;
  asked = true;
  process_signal_all(SIGTERM);
  process_signal_all(SIGCONT);
}

static _Noreturn void finish(void) {
  link_send();
  exit(0);
}

int shutdown_tick(void) {
  if (!asked) return -1;
  if (process_none_left()) finish();
  int64_t left = deadline - loop_now_ms();
  if (left > 0) return left > 60000 ? 60000 : (int)left;
  /* What does not even die of SIGKILL hangs in the kernel; waiting longer would not help. */
  if (killed) finish();
  killed = true;
  process_signal_all(SIGKILL);
  deadline = loop_now_ms() + AFTER_KILL_MS;
  return AFTER_KILL_MS;
}
