/* What standard output does not take at once, held until it does: whoever keeps the source still need not wait for the reader. */
#ifndef THAW_DIFF_BACKLOG_H
#define THAW_DIFF_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * To be called before the first write. At most `most` bytes are held in all, the first in memory and the others in a file in
 * the working directory; after them, or when its file system is full, writing goes on at the pace of the reader. Every failure ends the process.
 */
void backlog_open(uint64_t most);
/* Without an open backlog this is a write that waits. */
void backlog_write(const uint8_t *bytes, size_t count);
/* Whether bytes may still be held, and nothing but backlog_write may write. */
bool backlog_is_open(void);
/* Waits until everything is sent. */
void backlog_finish(void);

#endif
