/* Which request is which. */
#include "sftp-request.h"

#include <string.h>

enum { INIT = 1, EXTENDED = 200, VERSION = 3 };

typedef void request(uint32_t id, struct sftp_in *in);

static request *const requests[] = {
    [3] = sftp_open,     [4] = sftp_close,    [5] = sftp_read,      [6] = sftp_write,    [7] = sftp_lstat,  [8] = sftp_fstat,
    [9] = sftp_setstat,  [10] = sftp_fsetstat, [11] = sftp_opendir, [12] = sftp_readdir, [13] = sftp_remove, [14] = sftp_mkdir,
    [15] = sftp_rmdir,   [16] = sftp_realpath, [17] = sftp_stat,    [18] = sftp_rename,  [19] = sftp_readlink, [20] = sftp_symlink,
};

static const struct {
  const char *name, *version;
  request *answer;
} extensions[] = {
    {"posix-rename@openssh.com", "1", sftp_posix_rename}, {"statvfs@openssh.com", "2", sftp_statvfs},
    {"fstatvfs@openssh.com", "2", sftp_fstatvfs},         {"hardlink@openssh.com", "1", sftp_hardlink},
    {"fsync@openssh.com", "1", sftp_fsync},               {"lsetstat@openssh.com", "1", sftp_lsetstat},
    {"limits@openssh.com", "1", sftp_limits},             {"expand-path@openssh.com", "1", sftp_expand_path},
};

static void introduce(void) {
  /* The version stands where other replies have their id. */
  sftp_begin(SFTP_VERSION, VERSION);
  for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
    sftp_put_text(extensions[i].name);
    sftp_put_text(extensions[i].version);
  }
  sftp_end();
}

static request *find_extension(struct sftp_in *in) {
  uint32_t length;
  const uint8_t *name = sftp_take_bytes(in, &length);
  for (size_t i = 0; name != NULL && i < sizeof extensions / sizeof *extensions; i++)
    if (strlen(extensions[i].name) == length && memcmp(extensions[i].name, name, length) == 0) return extensions[i].answer;
  return NULL;
}

bool sftp_answer(struct sftp_in *packet) {
  if (packet->left == 0) return false;
  uint8_t type = *packet->at;
  packet->at++;
  packet->left--;
  uint32_t id = sftp_take32(packet);
  /* Without its id a request cannot be answered. */
  if (packet->bad) return false;
  if (type == INIT) {
    introduce();
    return true;
  }
  request *answer = type == EXTENDED ? find_extension(packet) : type < sizeof requests / sizeof *requests ? requests[type] : NULL;
  if (answer == NULL) sftp_reply_code(id, SFTP_UNSUPPORTED, "Operation unsupported");
  else answer(id, packet);
  return true;
}
