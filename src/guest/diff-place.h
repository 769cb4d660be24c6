/* What the files of one root share: the directory that is being filled, and how room is made in it. */
#ifndef THAW_DIFF_PLACE_H
#define THAW_DIFF_PLACE_H

#include "diff-root.h"

/* The last directory; NULL where nothing is to be done. */
struct place *place_of_last(const struct root *root);
/* Removes what has this name. False when it stays: then the entry has no place here. */
bool place_clear(struct root *root, int parent, const char *name, const struct entry *entry);

#endif
