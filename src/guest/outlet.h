/* Output streams: from a descriptor through the ring to the engine. */
#ifndef THAW_OUTLET_H
#define THAW_OUTLET_H

#include "channel.h"

/* Takes `fd`. False when it cannot be watched. */
bool outlet_open(struct outlet *outlet, struct channel *channel, int fd);
/* The main process is gone: reads what the descriptor holds at this moment and ends, whoever else keeps it open. */
void outlet_finish(struct outlet *outlet);
/* The engine's consumer took everything before `offset`. */
void outlet_acknowledge(struct outlet *outlet, uint64_t offset);
/* Nobody is interested any more; the descriptor is drained to nowhere until its end. */
void outlet_discard(struct outlet *outlet);
/* Somebody else reads the descriptor from now on, and what was read of it: the stream is as if it had never been. */
void outlet_give(struct outlet *outlet);

#endif
