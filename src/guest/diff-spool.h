/* diff-spool: as diff-show, but whoever holds the source still need not wait for the reader. */
#ifndef THAW_DIFF_SPOOL_H
#define THAW_DIFF_SPOOL_H

#include <stdbool.h>

#include "diff-write.h"

/*
 * Writes the stream into a file that has no name, says `done` on standard error, which means that the tree was read, and
 * then sends the file to standard output. Answers 0; failures end the process.
 */
int diff_spool(const char *upper, bool user_marks, const struct showing *showing);

#endif
