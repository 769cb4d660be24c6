/* The buffered standard input of the reader. The end of the input before the end of the stream ends the process. */
#ifndef THAW_DIFF_INPUT_H
#define THAW_DIFF_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void input_prepare(void);
/* The next block of a tar; valid until the next call. */
const uint8_t *input_block(void);
/* At least one byte and at most `most`, where they lie in the buffer. */
size_t input_some(const uint8_t **bytes, uint64_t most);
void input_copy(void *to, size_t count);
void input_skip(uint64_t count);
/* Whether nothing follows any more. */
bool input_is_over(void);

#endif
