/* Tells what is a mount point: of a container's mounts nothing may be removed, replaced or written to. */
#ifndef THAW_DIFF_MOUNT_H
#define THAW_DIFF_MOUNT_H

#include <stdint.h>
#include <sys/stat.h>

struct mount_facts {
  mode_t mode;
  uint64_t mount;
};

/* `name` below the directory, not followed; empty for the directory itself. Answers 0 or an errno. */
int mount_find(int parent, const char *name, struct mount_facts *facts);

#endif
