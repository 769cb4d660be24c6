/* diff-write: the difference of a container against its image, from the overlay's upper directory to standard output. */
#ifndef THAW_DIFF_WRITE_H
#define THAW_DIFF_WRITE_H

#include <stdbool.h>

/* `user_marks`: the overlay is mounted with `userxattr`. Answers 0; failures end the process. */
int diff_write(const char *upper, bool user_marks);

#endif
