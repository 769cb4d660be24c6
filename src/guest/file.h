/* File operations: each in a child with the user's own rights, so that the kernel decides what it may do. */
#ifndef THAW_FILE_H
#define THAW_FILE_H

#include <limits.h>
#include <sys/stat.h>

#include "bytes.h"
#include "channel.h"

/* Parses a file request and starts it on the channel; whatever fails is reported there. */
void file_open(struct channel *channel, struct reader *request);

/* A request as its child sees it. `path` and `to` are absolute and clean. */
struct file_request {
  uint8_t verb, flags;
  uint32_t deadline_ms, mode, depth, most_entries;
  uint64_t offset, size;
  const char *user, *cwd, *asked_path, *asked_to;
  char path[PATH_MAX], to[PATH_MAX];
};

enum { FILE_APPEND = 1, FILE_MODE_GIVEN = 2, FILE_PARENTS = 1, FILE_OVERWRITE = 1, FILE_RECURSIVE = 1 };
enum { STAT_RECORD_BYTES = 29 };

/* Ends the child with its answer: the resolved path and what the verb adds. */
_Noreturn void file_answer(const struct file_request *request, const uint8_t *extra, size_t count);
_Noreturn void file_fail(int error, enum step step);
/* A file to be removed whenever and however the child ends before file_keep. */
void file_remove_at_end(const char *path);
void file_keep(void);
/* Writes all of it, or fails. */
void file_write_all(int fd, const void *bytes, size_t count);
void file_put_stat(uint8_t record[STAT_RECORD_BYTES], const struct stat *stat);
/* 0, or an errno. Every missing directory on the way is made. */
int file_make_parents(const char *path, mode_t mode);

_Noreturn void file_stat(struct file_request *request);
_Noreturn void file_read(struct file_request *request);
_Noreturn void file_write(struct file_request *request);
_Noreturn void file_list(struct file_request *request);
_Noreturn void file_mkdir(struct file_request *request);
_Noreturn void file_move(struct file_request *request);
_Noreturn void file_remove(struct file_request *request);
_Noreturn void file_ports(struct file_request *request);

#endif
