/* What runs in a child between fork and exec, or in place of exec. */
#ifndef THAW_CHILD_H
#define THAW_CHILD_H

#include "process.h"
#include "user.h"

enum { CHILD_STATUS_FD = 3, CHILD_SCRIPT_FD = 4, CHILD_FIRST_CLOSED = 4 };

/* Once, when the agent's own handlers are in place. */
void child_learn_signals(void);
/* Own session, clean signals, stdio in place (0, 1, 2, and the status pipe as 3), everything else closed. */
void child_prepare(struct child_stdio stdio, bool pty);
/* Takes on the user's ids and groups for good. 0, or an errno. */
int child_become(const struct identity *identity);
/* Reports on the status pipe why the command cannot start, and ends. */
_Noreturn void child_fail(int error, enum step step);

#endif
