/* `thaw-agent forward-…`: the sandbox's ends of forwarded connections, as whoever runs them.
   forward-connect PATH          a Unix socket; a NUL on standard output once connected, then its bytes both ways
   forward-listen tcp PORT NAME  listens on 127.0.0.1, or with `unix PATH NAME` on a Unix socket; prints the port, then a line
                                 `ID HOST PORT` for each connection that waits, until its input ends
   forward-take NAME ID          the connection that waits under ID: as forward-connect */
#ifndef THAW_FORWARD_H
#define THAW_FORWARD_H

#include <stdbool.h>

bool forward_is_asked(int argc, char **argv);
int forward_main(int argc, char **argv);

/* Says what failed on standard error; answers 1. */
int forward_failed(const char *what);
int forward_listen(const char *kind, const char *place, const char *name);
/* Carries bytes between the socket and standard input and output until both ways have ended. Takes the socket over. */
int forward_bridge(int fd);
/* The descriptor that a listener hands over, or -1. */
int forward_receive(const char *name, unsigned id);

#endif
