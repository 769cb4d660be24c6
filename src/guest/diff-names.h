/* The sorted names of a directory. */
#ifndef THAW_DIFF_NAMES_H
#define THAW_DIFF_NAMES_H

#include <stddef.h>

struct names {
  /* The byte before each name is its d_type. */
  const char **sorted;
  size_t count;
  char *memory;
  size_t bytes;
};

/* Takes all names of an open directory. Answers 0 or an errno; EOVERFLOW when they are beyond the bound. */
int names_read(int fd, struct names *names);
void names_free(struct names *names);

#endif
