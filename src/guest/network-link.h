/* Virtual interfaces, their addresses and routes. `fd` is of netlink_open; all but the last return an errno. */
#ifndef THAW_NETWORK_LINK_H
#define THAW_NETWORK_LINK_H

#include <netinet/in.h>
#include <stdint.h>

/* What the container's end is called in it. */
#define GUEST_END "eth0"

/* An address in a network that has a gateway, of the family's length. */
struct network {
  int family, bits;
  uint8_t gateway[sizeof(struct in6_addr)], address[sizeof(struct in6_addr)];
};

/* `name` here, a port of the bridge and up, and the container's end in `namespace`, which stays down. EEXIST when the name is taken. */
int link_make_pair(int fd, const char *name, int namespace, int bridge, int mtu, const struct network *four);
int link_remove(int fd, const char *name);
int link_join(int fd, int interface, int bridge);
int link_set_up(int fd, int interface);
int link_set_address(int fd, int interface, const struct network *network);
/* The default route, by the gateway. */
int link_set_route(int fd, const struct network *network);
/* Whatever is known of the gateway's hardware. */
void link_forget_neighbour(int fd, int interface, const struct network *network);

#endif
