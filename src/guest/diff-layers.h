/* One directory of an image as the overlay merges it from the image's layers. */
#ifndef THAW_DIFF_LAYERS_H
#define THAW_DIFF_LAYERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "diff-names.h"

/* The layers in which a directory is seen, the highest first. */
struct merged {
  size_t count;
  int fds[];
};

struct found {
  /* False: no layer has it, or one has deleted it. */
  bool exists;
  struct stat facts;
  /* Of a directory, else NULL. */
  struct merged *directory;
  /* The layer's directory that has it, when it is none itself. */
  int parent;
};

struct merged *merged_open(char **lowers, size_t count);
void merged_close(struct merged *merged);
/* Never follows a link. Failures end the process; they are about `writing.path`. */
struct found merged_find(const struct merged *in, const char *name);
/* The sorted names of all layers, each once, the deleted ones as well. `from` are to be freed, `count` of `in` of them. */
const char **merged_names(const struct merged *in, struct names *from, size_t *count);

#endif
