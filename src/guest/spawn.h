/* Starting commands. */
#ifndef THAW_SPAWN_H
#define THAW_SPAWN_H

#include "bytes.h"
#include "channel.h"

/* Parses a spawn request and starts it on the channel; whatever fails is reported there. */
void spawn_open(struct channel *channel, struct reader *request);

/* The same for who has no channel: a request without its operation, whose bytes are used where they lie. NULL: malformed. */
struct command;
struct command *spawn_parse(struct reader *request);
void spawn_free(struct command *command);
bool spawn_takes_input(const struct command *command);
/* In a child that child_prepare made ready: executes the command, or says on the status pipe why not. */
_Noreturn void spawn_become(const struct command *command);

#endif
