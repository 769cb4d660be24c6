/* The requests of SFTP. Each function answers its request with exactly one reply. */
#ifndef THAW_SFTP_REQUEST_H
#define THAW_SFTP_REQUEST_H

#include "sftp-wire.h"

/* A packet without its length. False when it ends the session. */
bool sftp_answer(struct sftp_in *packet);

void sftp_open(uint32_t id, struct sftp_in *in);
void sftp_close(uint32_t id, struct sftp_in *in);
void sftp_read(uint32_t id, struct sftp_in *in);
void sftp_write(uint32_t id, struct sftp_in *in);
void sftp_fstat(uint32_t id, struct sftp_in *in);
void sftp_fsetstat(uint32_t id, struct sftp_in *in);
void sftp_fsync(uint32_t id, struct sftp_in *in);
void sftp_opendir(uint32_t id, struct sftp_in *in);
void sftp_readdir(uint32_t id, struct sftp_in *in);

void sftp_stat(uint32_t id, struct sftp_in *in);
void sftp_lstat(uint32_t id, struct sftp_in *in);
void sftp_setstat(uint32_t id, struct sftp_in *in);
void sftp_lsetstat(uint32_t id, struct sftp_in *in);
void sftp_remove(uint32_t id, struct sftp_in *in);
void sftp_mkdir(uint32_t id, struct sftp_in *in);
void sftp_rmdir(uint32_t id, struct sftp_in *in);
void sftp_rename(uint32_t id, struct sftp_in *in);
void sftp_posix_rename(uint32_t id, struct sftp_in *in);
void sftp_readlink(uint32_t id, struct sftp_in *in);
void sftp_symlink(uint32_t id, struct sftp_in *in);
void sftp_hardlink(uint32_t id, struct sftp_in *in);

void sftp_realpath(uint32_t id, struct sftp_in *in);
void sftp_expand_path(uint32_t id, struct sftp_in *in);
void sftp_statvfs(uint32_t id, struct sftp_in *in);
void sftp_fstatvfs(uint32_t id, struct sftp_in *in);
void sftp_limits(uint32_t id, struct sftp_in *in);

#endif
