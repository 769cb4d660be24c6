/* diff-base: what the layers of an image, merged as the overlay does it, have at the paths that are asked for. */
#ifndef THAW_DIFF_BASE_H
#define THAW_DIFF_BASE_H

#include <stdbool.h>
#include <stddef.h>

#include "diff-write.h"

/*
 * `lowers` are the layers' directories, the highest first. Standard input has the paths, each ended by a zero byte: `=`
 * and a path for that alone, `*` and a path for all that is below it, too. In byte order it is fast. What does not exist
 * is left out. Answers 0; failures end the process.
 */
int diff_base(char **lowers, size_t count, bool user_marks, const struct showing *showing);

#endif
