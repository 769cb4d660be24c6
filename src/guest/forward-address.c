/* Paths as they are, and meeting places in the abstract name space of the network namespace. */
#include "forward-address.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const char prefix[] = "thaw-forward-";

static bool fill(struct sockaddr_un *address, size_t at, const char *text) {
  size_t length = strlen(text);
  if (length == 0 || at + length >= sizeof address->sun_path) {
    errno = ENAMETOOLONG;
    return false;
  }
  memcpy(address->sun_path + at, text, length);
  return true;
}

bool forward_path_address(const char *path, struct sockaddr_un *address, socklen_t *length) {
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  *length = sizeof *address;
  return fill(address, 0, path);
}

bool forward_meeting_address(const char *name, struct sockaddr_un *address, socklen_t *length) {
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  size_t name_at = sizeof prefix;
  memcpy(address->sun_path + 1, prefix, sizeof prefix - 1);
  *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name_at + strlen(name));
  return fill(address, name_at, name);
}
