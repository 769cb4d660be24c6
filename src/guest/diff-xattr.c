/* Reading and setting by descriptor; what was opened with O_PATH is reached through /proc. */
#include "diff-xattr.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "diff-limits.h"
#include "diff-pax.h"

static char names[DIFF_XATTR_LIST_MAX];
static uint8_t value[DIFF_XATTR_LIST_MAX];

struct place {
  int fd;
  bool through_proc;
  char path[40];
};

static struct place place_of(int fd, bool through_proc) {
  struct place place = {.fd = fd, .through_proc = through_proc};
  if (through_proc) snprintf(place.path, sizeof place.path, "/proc/self/fd/%d", fd);
  return place;
}

static ssize_t list(const struct place *place) {
  return place->through_proc ? listxattr(place->path, names, sizeof names) : flistxattr(place->fd, names, sizeof names);
}

static ssize_t get(const struct place *place, const char *name) {
  return place->through_proc ? getxattr(place->path, name, value, sizeof value)
                             : fgetxattr(place->fd, name, value, sizeof value);
}

bool xattr_is_carried(const char *name) {
  return (strncmp(name, "user.", 5) == 0 && name[5] != '\0') || strcmp(name, "security.capability") == 0 ||
         strcmp(name, "system.posix_acl_access") == 0 || strcmp(name, "system.posix_acl_default") == 0;
}

static unsigned mark_of(const char *name, ssize_t length) {
  if (strcmp(name, "opaque") == 0) return length == 1 && value[0] == 'y' ? MARK_OPAQUE : 0;
  if (strcmp(name, "whiteout") == 0) return MARK_WHITEOUT;
  bool elsewhere = strcmp(name, "redirect") == 0 || strcmp(name, "metacopy") == 0 || strcmp(name, "nlink") == 0;
  return elsewhere ? MARK_ELSEWHERE : 0;
}

static bool add(const char *name, size_t length) {
  char key[sizeof XATTR_KEY + 3 * DIFF_NAME_MAX + 1] = XATTR_KEY;
  size_t used = sizeof XATTR_KEY - 1;
  for (; *name != '\0' && used + 4 < sizeof key; name++) {
    if (*name == '%' || *name == '=') used += (size_t)sprintf(key + used, "%%%02X", (unsigned)*name);
    else key[used++] = *name;
  }
  key[used] = '\0';
  return pax_add(key, value, length);
}

int xattr_gather(int fd, bool through_proc, const char *namespace, unsigned *marks) {
  struct place place = place_of(fd, through_proc);
  ssize_t length = list(&place);
  *marks = 0;
  if (length < 0) return errno == ENOTSUP ? 0 : errno;
  size_t prefix = strlen(namespace);
  for (const char *name = names; name < names + length; name += strlen(name) + 1) {
    bool own = strncmp(name, namespace, prefix) == 0;
    if (!own && !xattr_is_carried(name)) continue;
    ssize_t count = get(&place, name);
    if (count < 0 && errno == ENODATA) continue;
    if (count < 0) return errno;
    if (own) *marks |= mark_of(name + prefix, count);
    else if (!add(name, (size_t)count)) return E2BIG;
  }
  return 0;
}

static int remove_others(const struct place *place, const struct xattr *wanted, size_t count) {
  ssize_t length = list(place);
  if (length < 0) return errno == ENOTSUP ? 0 : errno;
  for (const char *name = names; name < names + length; name += strlen(name) + 1) {
    bool keep = !xattr_is_carried(name);
    for (size_t i = 0; i < count && !keep; i++) keep = strcmp(wanted[i].name, name) == 0;
    if (keep) continue;
    int result = place->through_proc ? removexattr(place->path, name) : fremovexattr(place->fd, name);
    if (result < 0 && errno != ENODATA) return errno;
  }
  return 0;
}

int xattr_replace(int fd, bool through_proc, bool fresh, const struct xattr *wanted, size_t count) {
  struct place place = place_of(fd, through_proc);
  int error = fresh ? 0 : remove_others(&place, wanted, count);
  for (size_t i = 0; i < count && error == 0; i++) {
    const struct xattr *one = wanted + i;
    int result = through_proc ? setxattr(place.path, one->name, one->value, one->length, 0)
                              : fsetxattr(fd, one->name, one->value, one->length, 0);
    if (result < 0) error = errno;
  }
  return error;
}
