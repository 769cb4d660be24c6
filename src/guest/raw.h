/* Direct writes and reads of the host helper. */
#ifndef THAW_RAW_H
#define THAW_RAW_H

#include "frame.h"

void raw_write(const struct frame *frame);
void raw_read(const struct frame *frame);

#endif
