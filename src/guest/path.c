/* Cleaning is lexical, as in the shells and the libraries of the callers: `a/../b` is `b` even if `a` is a link. */
#include "path.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static int append(char *resolved, size_t *length, const char *path) {
  while (*path != '\0') {
    size_t part = strcspn(path, "/");
    if (part == 2 && path[0] == '.' && path[1] == '.') {
      while (*length > 0 && resolved[--*length] != '/') continue;
    } else if (part > 0 && !(part == 1 && path[0] == '.')) {
      if (part > NAME_MAX || *length + 1 + part >= PATH_MAX) return ENAMETOOLONG;
      resolved[(*length)++] = '/';
      memcpy(resolved + *length, path, part);
      *length += part;
    }
    path += part;
    while (*path == '/') path++;
  }
  return 0;
}

int path_resolve(const char *start, const char *path, char resolved[PATH_MAX]) {
  size_t length = 0;
  int error = *path == '/' ? 0 : append(resolved, &length, start);
  if (error == 0) error = append(resolved, &length, path);
  if (length == 0) resolved[length++] = '/';
  resolved[length] = '\0';
  return error;
}

int path_parent_length(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL || slash == path ? 1 : (int)(slash - path);
}
