/* diff-apply: replays a difference from standard input into one root or several. */
#ifndef THAW_DIFF_APPLY_H
#define THAW_DIFF_APPLY_H

/* Answers 0, or DIFF_IO when a root failed: standard error has a line a root. A bad stream ends the process. */
int diff_apply(char **paths, int count);
/* Closes and frees what an end in the middle left. */
void diff_apply_release(void);

#endif
