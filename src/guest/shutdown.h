/* The guest's orderly end. */
#ifndef THAW_SHUTDOWN_H
#define THAW_SHUTDOWN_H

#include <stdint.h>

/* SIGTERM to everything now, SIGKILL after the grace; asked again, the earlier deadline holds. */
void shutdown_begin(uint32_t grace_ms);
/* How long the loop may sleep at most, -1 for ever. Exits when nothing is left to wait for. */
int shutdown_tick(void);

#endif
