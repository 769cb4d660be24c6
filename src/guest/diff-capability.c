/*
 * Some capabilities are missed without an error: the overlay's marks become invisible, a set-group-id bit is dropped.
 * The result would be wrong in silence, so all of them are asked for at the start.
 */
#include "diff-capability.h"

#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "diff-limits.h"
#include "diff-report.h"

struct need {
  uint32_t number;
  const char *name;
};

static void require(const struct need *needs, size_t count) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0}, {0}};
  if (syscall(SYS_capget, &header, data) < 0) diff_fail(DIFF_IO, "failed errno=%s step=capability", diff_errno(errno));
  for (size_t i = 0; i < count; i++)
    if (!(data[0].effective & 1u << needs[i].number))
      diff_fail(DIFF_IO, "failed errno=EPERM step=capability path=%s", needs[i].name);
}

void capability_need_for_write(int user_marks) {
  static const struct need needs[] = {{CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE"}, {CAP_SYS_ADMIN, "CAP_SYS_ADMIN"}};
  /* Only trusted attributes need the second. */
  require(needs, user_marks ? 1 : 2);
}

void capability_need_for_apply(void) {
  static const struct need needs[] = {
      {CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE"}, {CAP_CHOWN, "CAP_CHOWN"}, {CAP_FOWNER, "CAP_FOWNER"},
      {CAP_FSETID, "CAP_FSETID"},             {CAP_MKNOD, "CAP_MKNOD"}, {CAP_SETFCAP, "CAP_SETFCAP"},
  };
  require(needs, sizeof needs / sizeof *needs);
}
