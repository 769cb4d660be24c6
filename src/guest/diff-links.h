/* The files with more than one name that the writer has met. */
#ifndef THAW_DIFF_LINKS_H
#define THAW_DIFF_LINKS_H

#include <sys/stat.h>

/*
 * The path under which this file was written first, or NULL when this is the first time; `path` is then kept.
 * Ends the process when there are more than the bound.
 */
const char *links_meet(const struct stat *facts, const char *path);

#endif
