/* Builds one entry's headers: pax records where a plain tar header has no room, then the header. */
#ifndef THAW_DIFF_PAX_H
#define THAW_DIFF_PAX_H

#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "diff-tar.h"

struct pax_node {
  enum tar_type type;
  mode_t mode;
  uid_t uid;
  gid_t gid;
  struct timespec mtime;
  /* Bytes of content that follow in the stream. */
  uint64_t stored;
  const char *link;
  dev_t device;
};

/* Records gathered here belong to the next header. False when they would be beyond the bound. */
bool pax_add(const char *key, const void *value, size_t length);
void pax_add_number(const char *key, uint64_t number);
void pax_drop(void);
/* Writes the records and the header to the output. */
void pax_write(const char *path, const struct pax_node *node);
/* A global header with just the gathered records. */
void pax_write_global(void);

#endif
