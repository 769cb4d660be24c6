/* A shorter way to the engine: a socket that only whoever may trace this process can find. PROTOCOL.md, "Direct link". */
#ifndef THAW_DIRECT_H
#define THAW_DIRECT_H

#include "frame.h"

/* Answers with the number of a descriptor that leads to the listening socket; an empty request ends the offer. */
void direct_offer(const struct frame *frame);
/* Ends an offer that was not taken. */
void direct_close(void);

#endif
