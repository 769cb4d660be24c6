/* Starting commands. */
#ifndef THAW_SPAWN_H
#define THAW_SPAWN_H

#include "bytes.h"
#include "channel.h"

/* Parses a spawn request and starts it on the channel; whatever fails is reported there. */
void spawn_open(struct channel *channel, struct reader *request);

#endif
