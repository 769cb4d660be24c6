/* Addresses of Unix sockets. */
#ifndef THAW_FORWARD_ADDRESS_H
#define THAW_FORWARD_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

/* False with ENAMETOOLONG for what does not fit. */
bool forward_path_address(const char *path, struct sockaddr_un *address, socklen_t *length);
/* Where a listener hands its connections over: a name without a file, which nobody knows who was not told. */
bool forward_meeting_address(const char *name, struct sockaddr_un *address, socklen_t *length);

#endif
