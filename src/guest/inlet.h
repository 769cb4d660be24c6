/* Input streams: from the engine through the ring to a descriptor. */
#ifndef THAW_INLET_H
#define THAW_INLET_H

#include "channel.h"

/* Takes `fd`. False when it cannot be watched. */
bool inlet_open(struct inlet *inlet, struct channel *channel, int fd);
/* A stream that has no reader: what comes is dropped. */
void inlet_none(struct inlet *inlet, struct channel *channel);
/* Bytes out of order or beyond the window end the stream: the engine broke its promise. */
void inlet_data(struct inlet *inlet, uint64_t offset, const uint8_t *bytes, uint32_t count);
void inlet_end(struct inlet *inlet);
void inlet_close(struct inlet *inlet);

#endif
