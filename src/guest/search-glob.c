/* Globs part by part: within a part fnmatch(3) decides, and a part `**` stands for any number of directories. */
#include <fnmatch.h>
#include <limits.h>
#include <string.h>

#include "search.h"

static bool part_matches(const char *glob, size_t glob_length, const char *name, size_t name_length) {
  char one[NAME_MAX + 1], other[NAME_MAX + 1];
  if (glob_length > NAME_MAX || name_length > NAME_MAX) return false;
  memcpy(one, glob, glob_length);
  memcpy(other, name, name_length);
  one[glob_length] = other[name_length] = '\0';
  return fnmatch(one, other, 0) == 0;
}

/* As with the stars of one name: only the last `**` is ever tried again, so the time is bounded by the product of the lengths. */
static bool path_matches(const char *glob, const char *path) {
  const char *retry_glob = NULL, *retry_path = NULL;
  for (;;) {
    size_t length = strcspn(path, "/"), wanted = strcspn(glob, "/");
    if (wanted == 2 && strncmp(glob, "**", 2) == 0) {
      glob += 2;
      if (*glob == '\0') return *path != '\0';
      retry_glob = ++glob;
      retry_path = path;
      continue;
    }
    bool last_glob = glob[wanted] == '\0', last_path = path[length] == '\0';
    if (length > 0 && part_matches(glob, wanted, path, length) && last_glob == last_path) {
      if (last_glob) return true;
      glob += wanted + 1;
      path += length + 1;
      continue;
    }
    if (retry_path == NULL) return false;
    const char *slash = strchr(retry_path, '/');
    if (slash == NULL) return false;
    retry_path = path = slash + 1;
    glob = retry_glob;
  }
}

bool search_glob(const char *glob, const char *path) {
  const char *name = strrchr(path, '/');
  if (strchr(glob, '/') == NULL && strcmp(glob, "**") != 0)
    return part_matches(glob, strlen(glob), name == NULL ? path : name + 1, strlen(name == NULL ? path : name + 1));
  return path_matches(*glob == '/' ? glob + 1 : glob, path);
}
