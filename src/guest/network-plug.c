/*
 * `network-plug PID CONTAINER BRIDGE NAME GATEWAY4/BITS [GATEWAY6/BITS]`: a pair of virtual interfaces, one a port of the
 * bridge, the other the container's eth0 with addresses of the bridge's networks and default routes. Prints the IPv4
 * address. One that has an eth0 already keeps it, and it is made a port again of a bridge that was made anew.
 *
 * Nobody keeps a list of addresses: the host's end is called NAME.<address in hexadecimal>, a name that the kernel gives out
 * once and that goes with the container.
 */
#include "network-plug.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"
#include "network-place.h"

enum { EXIT_NO_BRIDGE = 67, EXIT_FULL = 68, NAME_MAX_CHARS = 10, BITS_MIN = 16, BITS_MAX = 28, HARDWARE_BYTES = 6, BITS6_MAX = 112 };

static const char program[] = "network-plug";
static const char guest_end[] = "eth0";

struct network {
  int family, bits;
  uint8_t gateway[sizeof(struct in6_addr)], address[sizeof(struct in6_addr)];
};

static size_t address_bytes(const struct network *network) {
  return network->family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

bool network_plug_is_asked(int argc, char **argv) { return argc > 1 && strcmp(argv[1], program) == 0; }

static _Noreturn void give_up(int code, const char *what) { network_give_up(program, code, what); }

static _Noreturn void misused(const char *what) {
  errno = EINVAL;
  give_up(EXIT_USAGE, what);
}

static struct network parse(const char *text, int family, int least, int most) {
  struct network network = {.family = family};
  char copy[INET6_ADDRSTRLEN + 4];
  size_t length = strlen(text);
  if (length >= sizeof copy) misused(text);
  memcpy(copy, text, length + 1);
  char *slash = strchr(copy, '/');
  if (slash == NULL) misused(text);
  *slash = '\0';
  network.bits = atoi(slash + 1);
  if (network.bits < least || network.bits > most || inet_pton(family, copy, network.gateway) != 1) misused(text);
  return network;
}

/* Asks about an interface in the namespace that this program is in. False when there is none of this name. */
static bool look_up(const char *name, unsigned long what, struct ifreq *found) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) give_up(EXIT_SYSTEM, "socket");
  *found = (struct ifreq){0};
  memcpy(found->ifr_name, name, strnlen(name, IFNAMSIZ - 1));
  bool there = ioctl(fd, what, found) == 0;
  close(fd);
  return there;
}

static void print_address(const void *address) {
  char text[INET_ADDRSTRLEN];
  if (inet_ntop(AF_INET, address, text, sizeof text) != NULL) dprintf(STDOUT_FILENO, "%s\n", text);
}

/* Docker gives addresses from the low half of a network; the other is this program's. */
static uint32_t choose(struct network *four, uint32_t turn, uint32_t start) {
  uint32_t gateway, half = 1u << (31 - four->bits);
  memcpy(&gateway, four->gateway, sizeof gateway);
  uint32_t network = ntohl(gateway) & ~(2 * half - 1);
  /* The last address is the network's broadcast. */
  uint32_t host = half + (start + turn) % (half - 1);
  uint32_t address = htonl(network | host);
  memcpy(four->address, &address, sizeof address);
  return host;
}

static void choose_as(struct network *six, uint32_t host) {
  memcpy(six->address, six->gateway, sizeof six->address);
  memset(six->address + BITS6_MAX / 8, 0, sizeof six->address - BITS6_MAX / 8);
  six->address[14] = (uint8_t)(host >> 8);
  six->address[15] = (uint8_t)host;
}

static int link_pair(int fd, const char *name, int namespace, int bridge, int mtu, const struct network *four) {
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
  netlink_put(&request, IFLA_IFNAME, guest_end, sizeof guest_end);
  netlink_put(&request, IFLA_ADDRESS, hardware, sizeof hardware);
  netlink_put(&request, IFLA_MTU, &mtu, sizeof mtu);
  netlink_put(&request, IFLA_NET_NS_FD, &namespace, sizeof namespace);
  netlink_end(&request, peer);
  netlink_end(&request, data);
  netlink_end(&request, info);
  return netlink_ask(fd, &request);
}

static int join(int fd, int interface, int bridge) {
  struct netlink_request request;
  struct ifinfomsg same = {.ifi_family = AF_UNSPEC, .ifi_index = interface};
  netlink_begin(&request, RTM_NEWLINK, 0, &same, sizeof same);
  netlink_put(&request, IFLA_MASTER, &bridge, sizeof bridge);
  return netlink_ask(fd, &request);
}

static int unlink_pair(int fd, const char *name) {
  struct netlink_request request;
  struct ifinfomsg any = {.ifi_family = AF_UNSPEC};
  netlink_begin(&request, RTM_DELLINK, 0, &any, sizeof any);
  netlink_put(&request, IFLA_IFNAME, name, strlen(name) + 1);
  return netlink_ask(fd, &request);
}

static int set_address(int fd, int interface, const struct network *network) {
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

static int set_route(int fd, const struct network *network) {
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

static int set_up(int fd, int interface) {
  struct netlink_request request;
  struct ifinfomsg up = {.ifi_family = AF_UNSPEC, .ifi_index = interface, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  netlink_begin(&request, RTM_NEWLINK, 0, &up, sizeof up);
  return netlink_ask(fd, &request);
}

/* In the container: everything but the link itself. Returns an errno. */
static int configure(int fd, const struct network *four, const struct network *six) {
  struct ifreq found;
  if (!look_up("lo", SIOCGIFINDEX, &found)) return errno;
  int error = set_up(fd, found.ifr_ifindex);
  if (error != 0) return error;
  if (!look_up(guest_end, SIOCGIFINDEX, &found)) return errno;
  int interface = found.ifr_ifindex;
  error = set_address(fd, interface, four);
  if (error == 0) error = set_up(fd, interface);
  if (error == 0) error = set_route(fd, four);
  if (error != 0 || six == NULL) return error;
  error = set_address(fd, interface, six);
  /* A kernel that has IPv6 turned off for containers: IPv4 is what there is. */
  if (error == EACCES || error == EPERM || error == EOPNOTSUPP || error == EAFNOSUPPORT) return 0;
  return error == 0 ? set_route(fd, six) : error;
}

/* A bridge that was made anew has another hardware address: without this its old one is asked for half a minute longer. */
static void forget_neighbour(int fd, int interface, const struct network *network) {
  struct netlink_request request;
  struct ndmsg message = {.ndm_family = (uint8_t)network->family, .ndm_ifindex = interface};
  netlink_begin(&request, RTM_DELNEIGH, 0, &message, sizeof message);
  netlink_put(&request, NDA_DST, network->gateway, address_bytes(network));
  /* It need not be known. */
  netlink_ask(fd, &request);
}

/* One that Docker plugged in has no interface of this name, and stays as it is. */
static _Noreturn void keep(int fd, const char *prefix, int bridge, const struct network *four) {
  uint32_t address;
  memcpy(&address, four->address, sizeof address);
  char name[IFNAMSIZ];
  snprintf(name, sizeof name, "%s.%x", prefix, ntohl(address) & ((1u << (32 - four->bits)) - 1));
  struct ifreq found;
  errno = look_up(name, SIOCGIFINDEX, &found) ? join(fd, found.ifr_ifindex, bridge) : 0;
  if (errno != 0) give_up(EXIT_SYSTEM, name);
  print_address(four->address);
  _exit(0);
}

_Noreturn void network_plug_main(int argc, char **argv) {
  if (argc < 7 || argc > 8 || strlen(argv[5]) > NAME_MAX_CHARS || strlen(argv[4]) >= IFNAMSIZ)
    misused("usage: network-plug PID CONTAINER BRIDGE NAME GATEWAY4/BITS [GATEWAY6/BITS]");
  struct network four = parse(argv[6], AF_INET, BITS_MIN, BITS_MAX), six;
  if (argc == 8) six = parse(argv[7], AF_INET6, BITS_MIN, BITS6_MAX);
  int container = network_of(program, argv[2], argv[3]), host = network_of_host(program);
  network_enter(program, container);
  struct ifreq found;
  bool plugged = look_up(guest_end, SIOCGIFINDEX, &found);
  int interface = found.ifr_ifindex;
  if (plugged && look_up(guest_end, SIOCGIFADDR, &found))
    memcpy(four.address, &((struct sockaddr_in *)(void *)&found.ifr_addr)->sin_addr, sizeof(struct in_addr));
  int inside = netlink_open();
  network_enter(program, host);
  int outside = netlink_open();
  if (inside < 0 || outside < 0) give_up(EXIT_SYSTEM, "netlink");
  if (!look_up(argv[4], SIOCGIFINDEX, &found)) give_up(EXIT_NO_BRIDGE, argv[4]);
  int bridge = found.ifr_ifindex, mtu = look_up(argv[4], SIOCGIFMTU, &found) ? found.ifr_mtu : 1500;
  if (plugged) {
    forget_neighbour(inside, interface, &four);
    if (argc == 8) forget_neighbour(inside, interface, &six);
    keep(outside, argv[5], bridge, &four);
  }

  uint32_t half = 1u << (31 - four.bits), start = (uint32_t)strtoul(argv[2], NULL, 10), host_part = 0;
  char name[IFNAMSIZ];
  int error = EEXIST;
  for (uint32_t turn = 0; error == EEXIST && turn < half - 1; turn++) {
    host_part = choose(&four, turn, start);
    snprintf(name, sizeof name, "%s.%x", argv[5], host_part);
    error = link_pair(outside, name, container, bridge, mtu, &four);
  }
  errno = error;
  if (error == EEXIST) give_up(EXIT_FULL, "the network has no address left");
  if (error != 0) give_up(EXIT_SYSTEM, "veth");
  if (argc == 8) choose_as(&six, host_part);
  network_enter(program, container);
  error = configure(inside, &four, argc == 8 ? &six : NULL);
  if (error != 0) {
    unlink_pair(outside, name);
    errno = error;
    give_up(EXIT_SYSTEM, guest_end);
  }
  print_address(four.address);
  _exit(0);
}
