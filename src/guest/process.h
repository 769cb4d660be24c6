/* Every process that the agent started, from fork to the reaping of its zombie. */
#ifndef THAW_PROCESS_H
#define THAW_PROCESS_H

#include "channel.h"

/* The descriptors of a new child. -1: none (input then is /dev/null). All are closed by process_launch. */
struct child_stdio {
  int in, out, err, status;
};

/* Forks a command or a file operation and calls `run` in the child, which must not return. */
bool process_launch(struct channel *channel, struct child_stdio stdio, void (*run)(const void *), const void *argument);
/* Makes the pipes of a channel and hands their far ends to `stdio`. Reports a failure on the channel itself. */
bool process_pipes(struct channel *channel, bool with_input, struct child_stdio *stdio);
/* Opens a pseudo terminal whose far end the child opens itself from the master in `stdio->in`. */
bool process_terminal(struct channel *channel, uint16_t cols, uint16_t rows, struct child_stdio *stdio);
void process_resize(struct channel *channel, uint16_t cols, uint16_t rows);

void process_reap(void);
/* To the group of the channel's main process, while it has not been reaped. */
void process_signal(struct channel *channel, int signal);
/* To everything in the guest (as PID 1), or to every group that the agent started. An errno, or 0. */
int process_signal_all(int signal);
void process_forget_channel(struct channel *channel);
/* Commands that run, whether or not anybody is connected to them. */
uint32_t process_commands(void);
bool process_none_left(void);

/* The wait status of the channel's process goes to `fd`, which is taken over, as 4 bytes. False: there is none. */
bool process_report_to(struct channel *channel, int fd);

#endif
