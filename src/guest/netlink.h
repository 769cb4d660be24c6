/* Just enough of rtnetlink(7): requests with nested attributes, one answer each. */
#ifndef THAW_NETLINK_H
#define THAW_NETLINK_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

enum { NETLINK_REQUEST_MAX = 512 };

struct netlink_request {
  _Alignas(struct nlmsghdr) uint8_t bytes[NETLINK_REQUEST_MAX];
};

/* A socket in the network namespace that the caller is in; -1 with errno. */
int netlink_open(void);
/* Begins a request whose fixed part is `body`. */
void netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags, const void *body, size_t length);
void netlink_put(struct netlink_request *request, uint16_t type, const void *data, size_t length);
/* Opens an attribute that holds others; netlink_end takes what this returns. `body` may come before them. */
size_t netlink_nest(struct netlink_request *request, uint16_t type, const void *body, size_t length);
void netlink_end(struct netlink_request *request, size_t nest);
/* Sends it and waits for the kernel's answer. Returns an errno, 0 when it is done. */
int netlink_ask(int fd, struct netlink_request *request);

#endif
