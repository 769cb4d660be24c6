/* TCP connections from inside the sandbox. */
#ifndef THAW_DIAL_H
#define THAW_DIAL_H

#include "bytes.h"
#include "channel.h"

/* Parses a dial request and connects on the channel; whatever fails is reported there. */
void dial_open(struct channel *channel, struct reader *request);

#endif
