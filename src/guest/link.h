/* The link to the engine: frames in over standard input, frames out over standard output, or both over a socket. */
#ifndef THAW_LINK_H
#define THAW_LINK_H

#include "frame.h"

void link_prepare(void);
/* Takes a connected socket, which frames go over until its other end closes it. A HELLO comes first. */
void link_take(int fd);
/* Handles what has arrived, as long as the answers fit into the output buffer. */
void link_receive(void);
bool link_is_held_up(void);
/* Sends what is due until the pipe is full or nothing is left. */
void link_send(void);
/* A new session: its frames are sealed with `seed`. */
void link_set_seed(uint32_t seed);
/* The wait of a loop that would wait `wait_ms` (-1: for ever), cut short by what is held back for a moment. */
int link_wait_ms(int wait_ms);
/* Standard input has ended: no engine can come back. */
bool link_is_over(void);

/* Bytes that wait in the output buffer. */
size_t link_waiting(void);
/* Room for a payload of `length` bytes at the end of the buffer, or NULL; link_commit makes it a frame. */
uint8_t *link_reserve(size_t length);
void link_commit(uint8_t type, uint8_t flags, uint32_t channel, uint32_t length);
/* A small frame; dropped only if the buffer is full, which link_receive rules out for answers. */
void link_reply(uint8_t type, uint8_t flags, uint32_t channel, const uint8_t *payload, uint32_t length);

#endif
