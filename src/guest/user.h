/* Users and groups of the guest, read from its files without NSS. */
#ifndef THAW_USER_H
#define THAW_USER_H

#include <sys/types.h>

enum { GROUPS_MAX = 64, USER_FIELD_MAX = 256 };

struct identity {
  uid_t uid;
  gid_t gid;
  gid_t groups[GROUPS_MAX];
  int group_count;
  char name[USER_FIELD_MAX], home[USER_FIELD_MAX], shell[USER_FIELD_MAX];
};

/* `user` is a name or a number, with `:group` behind it if wanted; empty is root. 0, or ENOENT, EINVAL. */
int identity_find(const char *user, struct identity *identity);

#endif
