/* Removal below a directory that never leaves it, follows no link and touches no mount point. */
#ifndef THAW_DIFF_REMOVE_H
#define THAW_DIFF_REMOVE_H

#include <stdint.h>

/* Answers 0 when it is gone or never was, an errno, or this when a mount point in it had to stay. */
enum { REMOVE_KEPT = -1 };

int remove_entry(int parent, const char *name, uint64_t mount);
/* Empties an open directory. */
int remove_content(int fd, uint64_t mount);

#endif
