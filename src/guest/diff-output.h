/* The buffered standard output of the writer. Every failure ends the process. */
#ifndef THAW_DIFF_OUTPUT_H
#define THAW_DIFF_OUTPUT_H

#include <stdint.h>
#include <sys/types.h>

void output_prepare(void);
void output_bytes(const void *bytes, size_t count);
void output_zeros(uint64_t count);
/* Copies `size` bytes from `offset`. What the file no longer has becomes zeros; answers how many. */
uint64_t output_file(int fd, off_t offset, uint64_t size);
void output_flush(void);

#endif
