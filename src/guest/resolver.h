/* Takes the questions of the sandbox's programs for names, and hands them to the engine. */
#ifndef THAW_RESOLVER_H
#define THAW_RESOLVER_H

#include "bytes.h"
#include "channel.h"

/* Listens for questions as long as the channel lives; an earlier channel's listening ends. */
void resolver_open(struct channel *channel, struct reader *request);

#endif
