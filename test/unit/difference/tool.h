/* The test tool: makes changes to a tree by a script, and tells everything about a tree. */
#ifndef DIFFERENCE_TOOL_H
#define DIFFERENCE_TOOL_H

#include <stdio.h>

/*
 * Reads one operation a line, its words percent-encoded, until the end or a line `---`, and carries it out below
 * the working directory. What the file system refuses is passed over: the scripts are random.
 */
void ops_run(FILE *script);
/* A line for each entry below `path`, with all that a difference keeps, in an order of its own. */
void tree_dump(const char *path, FILE *out);

#endif
