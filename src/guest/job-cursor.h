/* Reading a job's log from any offset while it is written, bounded, and past whatever is damaged. */
#ifndef THAW_JOB_CURSOR_H
#define THAW_JOB_CURSOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum cursor_result { CURSOR_EMPTY, CURSOR_MORE, CURSOR_FULL, CURSOR_BROKEN };

struct cursor {
  int dir_fd, fd;
  /* The segment that is open, and where its next frame lies in the file and in the output. */
  uint64_t segment, offset;
  off_t at;
  bool has_next;
  /* How many segments it passed that are none. */
  int senseless;
  /* The offset of the output that comes next. */
  uint64_t position;
  uint64_t printed, most;
  uint8_t streams;
};

/* Prints some. EMPTY: there is nothing more for now. FULL: `most` bytes are printed. BROKEN: nobody listens. */
enum cursor_result cursor_step(struct cursor *cursor);
/* Answers how many bytes of the output it passes over. */
uint64_t cursor_skip_to(struct cursor *cursor, uint64_t position);
/* `missing`: how many bytes before it are not kept. */
bool cursor_print_position(const struct cursor *cursor, uint64_t missing);
/* What a log that nobody writes any more comes to, by its last segment. */
void cursor_scan(int dir_fd, uint64_t totals[2]);

#endif
