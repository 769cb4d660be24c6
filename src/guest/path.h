/* Paths without links followed: absolute, with no empty, `.` or `..` part. */
#ifndef THAW_PATH_H
#define THAW_PATH_H

#include <limits.h>

/* `path`, seen from the directory `start` if it is relative, cleaned. Empty is `start`. 0, or ENAMETOOLONG. */
int path_resolve(const char *start, const char *path, char resolved[PATH_MAX]);
/* The length of the part of a clean path before its last name; 1 for what lies in the root. */
int path_parent_length(const char *path);

#endif
