/* What each frame of the engine asks for. */
#ifndef THAW_REQUEST_H
#define THAW_REQUEST_H

#include "frame.h"

/* Allows the operations of the host helper. */
extern bool host_mode;

void request_handle(const struct frame *frame);

#endif
