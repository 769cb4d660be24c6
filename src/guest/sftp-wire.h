/* SFTP's own bytes (big-endian, draft-ietf-secsh-filexfer-02): what a request holds and how a reply is built. */
#ifndef THAW_SFTP_WIRE_H
#define THAW_SFTP_WIRE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As OpenSSH's server: the longest packet, and how much file content fits in one. */
enum { SFTP_PACKET_MAX = 256 * 1024, SFTP_DATA_MAX = SFTP_PACKET_MAX - 1024 };

enum sftp_reply {
  SFTP_VERSION = 2,
  SFTP_STATUS = 101,
  SFTP_HANDLE = 102,
  SFTP_DATA = 103,
  SFTP_NAME = 104,
  SFTP_ATTRS = 105,
  SFTP_EXTENDED_REPLY = 201
};

enum sftp_status {
  SFTP_OK = 0,
  SFTP_EOF = 1,
  SFTP_NO_SUCH_FILE = 2,
  SFTP_PERMISSION_DENIED = 3,
  SFTP_FAILURE = 4,
  SFTP_BAD_MESSAGE = 5,
  SFTP_UNSUPPORTED = 8
};

/* What is left of a request; `bad` once something was taken that was not there. */
struct sftp_in {
  const uint8_t *at;
  uint32_t left;
  bool bad;
};

uint32_t sftp_take32(struct sftp_in *in);
uint64_t sftp_take64(struct sftp_in *in);
/* A counted run of bytes, used where it lies. */
const uint8_t *sftp_take_bytes(struct sftp_in *in, uint32_t *length);
/* A path; one that is too long or holds a NUL makes the request bad. */
void sftp_take_path(struct sftp_in *in, char path[PATH_MAX]);

/* Replies are collected and written together. There is always room for one: `sftp_make_room` sees to it. */
void sftp_begin(enum sftp_reply type, uint32_t id);
void sftp_put8(uint8_t value);
void sftp_put32(uint32_t value);
void sftp_put64(uint64_t value);
void sftp_put_bytes(const void *bytes, size_t length);
void sftp_put_text(const char *text);
void sftp_end(void);
/* Where the next bytes of the reply go, for who writes them in place, and that `length` were. */
uint8_t *sftp_place(void);
void sftp_placed(size_t length);
/* Takes everything back that was put since the reply began. */
void sftp_forget(void);
void sftp_reply_code(uint32_t id, enum sftp_status code, const char *text);
/* The status of an errno; 0 is success. */
void sftp_reply_error(uint32_t id, int error);

/* Both answer false when nobody reads any more. */
bool sftp_make_room(int fd);
bool sftp_flush(int fd);
void sftp_discard(void);

#endif
