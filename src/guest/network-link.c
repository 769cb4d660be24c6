/* Each is one request of rtnetlink(7). */
#include "network-link.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink.h"

enum { HARDWARE_BYTES = 6 };

static size_t address_bytes(const struct network *network) {
  return network->family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

int link_make_pair(int fd, const char *name, int namespace, int bridge, int mtu, const struct network *four) {
  struct netlink_request request;
  struct ifinfomsg up = {.ifi_family = AF_UNSPEC, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  /* An end cannot be up before its pair is complete. */
  struct ifinfomsg later = {.ifi_family = AF_UNSPEC};
  uint8_t hardware[HARDWARE_BYTES] = {0x02, 0x42};
  /* From the address: who had it before leaves no wrong neighbour behind. */
  memcpy(hardware + 2, four->address, sizeof(struct in_addr));
  netlink_begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &up, sizeof up);
  netlink_put(&request, IFLA_IFNAME, name, strlen(name) + 1);
  netlink_put(&request, IFLA_MASTER, &bridge, sizeof bridge);
  netlink_put(&request, IFLA_MTU, &mtu, sizeof mtu);
  size_t info = netlink_nest(&request, IFLA_LINKINFO, NULL, 0);
  netlink_put(&request, IFLA_INFO_KIND, "veth", 4);
  size_t data = netlink_nest(&request, IFLA_INFO_DATA, NULL, 0);
  size_t peer = netlink_nest(&request, VETH_INFO_PEER, &later, sizeof later);
  netlink_put(&request, IFLA_IFNAME, GUEST_END, sizeof GUEST_END);
  netlink_put(&request, IFLA_ADDRESS, hardware, sizeof hardware);
  netlink_put(&request, IFLA_MTU, &mtu, sizeof mtu);
  netlink_put(&request, IFLA_NET_NS_FD, &namespace, sizeof namespace);
  netlink_end(&request, peer);
  netlink_end(&request, data);
  netlink_end(&request, info);
  return netlink_ask(fd, &request);
}

int link_join(int fd, int interface, int bridge) {
  struct netlink_request request;
  struct ifinfomsg same = {.ifi_family = AF_UNSPEC, .ifi_index = interface};
  netlink_begin(&request, RTM_NEWLINK, 0, &same, sizeof same);
  netlink_put(&request, IFLA_MASTER, &bridge, sizeof bridge);
  return netlink_ask(fd, &request);
}

int link_remove(int fd, const char *name) {
  struct netlink_request request;
  struct ifinfomsg any = {.ifi_family = AF_UNSPEC};
  netlink_begin(&request, RTM_DELLINK, 0, &any, sizeof any);
  netlink_put(&request, IFLA_IFNAME, name, strlen(name) + 1);
  return netlink_ask(fd, &request);
}

int link_set_address(int fd, int interface, const struct network *network) {
  struct netlink_request request;
  struct ifaddrmsg message = {
    .ifa_family = (uint8_t)network->family,
    .ifa_prefixlen = (uint8_t)network->bits,
    /* Nobody else can have it, so it is of use at once. */
    .ifa_flags = network->family == AF_INET6 ? IFA_F_NODAD : 0,
    .ifa_scope = RT_SCOPE_UNIVERSE,
    .ifa_index = (uint32_t)interface,
  };
  netlink_begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &message, sizeof message);
  netlink_put(&request, IFA_LOCAL, network->address, address_bytes(network));
  netlink_put(&request, IFA_ADDRESS, network->address, address_bytes(network));
  if (network->family == AF_INET) {
    uint32_t address;
    memcpy(&address, network->address, sizeof address);
    address |= htonl((1u << (32 - network->bits)) - 1);
    netlink_put(&request, IFA_BROADCAST, &address, sizeof address);
  }
  return netlink_ask(fd, &request);
}

int link_set_route(int fd, const struct network *network) {
  struct netlink_request request;
  struct rtmsg message = {
    .rtm_family = (uint8_t)network->family,
    .rtm_table = RT_TABLE_MAIN,
    .rtm_protocol = RTPROT_BOOT,
    .rtm_scope = RT_SCOPE_UNIVERSE,
    .rtm_type = RTN_UNICAST,
  };
  netlink_begin(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &message, sizeof message);
  netlink_put(&request, RTA_GATEWAY, network->gateway, address_bytes(network));
  return netlink_ask(fd, &request);
}

int link_set_up(int fd, int interface) {
  struct netlink_request request;
  struct ifinfomsg up = {.ifi_family = AF_UNSPEC, .ifi_index = interface, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  netlink_begin(&request, RTM_NEWLINK, 0, &up, sizeof up);
  return netlink_ask(fd, &request);
}

/* A bridge that was made anew has another hardware address: without this its old one is asked for half a minute longer. */
void link_forget_neighbour(int fd, int interface, const struct network *network) {
  struct netlink_request request;
  struct ndmsg message = {.ndm_family = (uint8_t)network->family, .ndm_ifindex = interface};
  netlink_begin(&request, RTM_DELNEIGH, 0, &message, sizeof message);
  netlink_put(&request, NDA_DST, network->gateway, address_bytes(network));
  /* It need not be known. */
  netlink_ask(fd, &request);
}
