/* A command that the agent started goes over to a job's supervisor: its descriptors, and what the agent had read of them. */
#ifndef THAW_HANDOVER_H
#define THAW_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "channel.h"

enum { HANDOVER_REST, HANDOVER_STATUS, HANDOVER_OUT, HANDOVER_ERR, HANDOVER_IN, HANDOVER_FDS_MAX };

struct handover {
  uint32_t pid;
  /* Bytes of stdout, stderr and stdin in the file HANDOVER_REST, one after the other. */
  uint32_t left[3];
  bool input_ended;
};

/* The request of the engine (operation 5): answers on a channel of its own. */
void handover_open(struct channel *channel, struct reader *request);
/* Descriptors that were not sent are -1. 0, or an errno. */
int handover_send(int socket, const struct handover *facts, const int fds[HANDOVER_FDS_MAX]);
int handover_receive(int socket, struct handover *facts, int fds[HANDOVER_FDS_MAX]);

#endif
