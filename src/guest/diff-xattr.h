/* Which extended attributes belong to a difference, and what the overlay's own ones say. */
#ifndef THAW_DIFF_XATTR_H
#define THAW_DIFF_XATTR_H

#include <stdbool.h>
#include <stddef.h>

enum xattr_mark {
  MARK_OPAQUE = 1,
  MARK_WHITEOUT = 2,
  /* The entry's content or place is elsewhere: a redirect, a file with metadata only, a link that the index joins. */
  MARK_ELSEWHERE = 4,
};

/* How pax names an extended attribute. In it `%` and `=` of the name are written %25 and %3D, as GNU tar does. */
#define XATTR_KEY "SCHILY.xattr."

/* Whether an attribute of the tree itself, and not of a security module or of the overlay, has this name. */
bool xattr_is_carried(const char *name);
/*
 * Adds the carried attributes of an open file to the next header's records and sets the marks that it has in
 * `namespace`, "trusted.overlay." or "user.overlay.". `through_proc` is for descriptors opened with O_PATH.
 * Answers 0 or an errno; E2BIG when a header cannot hold them.
 */
int xattr_gather(int fd, bool through_proc, const char *namespace, unsigned *marks);
/* Makes the carried attributes of an open file exactly `count` named values. Answers 0 or an errno. */
struct xattr {
  const char *name;
  const void *value;
  size_t length;
};
/* `fresh`: the file has no attributes yet. */
int xattr_replace(int fd, bool through_proc, bool fresh, const struct xattr *wanted, size_t count);

#endif
