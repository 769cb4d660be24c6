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
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"
#include "network-link.h"
#include "network-place.h"

enum { EXIT_NO_BRIDGE = 67, EXIT_FULL = 68, NAME_MAX_CHARS = 10, BITS_MIN = 16, BITS_MAX = 28, BITS6_MAX = 112 };

static const char program[] = "network-plug";

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

/* In the container: everything but the link itself. Returns an errno. */
static int configure(int fd, const struct network *four, const struct network *six) {
  struct ifreq found;
  if (!look_up("lo", SIOCGIFINDEX, &found)) return errno;
  int error = link_set_up(fd, found.ifr_ifindex);
  if (error != 0) return error;
  if (!look_up(GUEST_END, SIOCGIFINDEX, &found)) return errno;
  int interface = found.ifr_ifindex;
  error = link_set_address(fd, interface, four);
  if (error == 0) error = link_set_up(fd, interface);
  if (error == 0) error = link_set_route(fd, four);
  if (error != 0 || six == NULL) return error;
  error = link_set_address(fd, interface, six);
  /* A kernel that has IPv6 turned off for containers: IPv4 is what there is. */
  if (error == EACCES || error == EPERM || error == EOPNOTSUPP || error == EAFNOSUPPORT) return 0;
  return error == 0 ? link_set_route(fd, six) : error;
}

/* One that Docker plugged in has no interface of this name, and stays as it is. */
static _Noreturn void keep(int fd, const char *prefix, int bridge, const struct network *four) {
  uint32_t address;
  memcpy(&address, four->address, sizeof address);
  char name[IFNAMSIZ];
  snprintf(name, sizeof name, "%s.%x", prefix, ntohl(address) & ((1u << (32 - four->bits)) - 1));
  struct ifreq found;
  errno = look_up(name, SIOCGIFINDEX, &found) ? link_join(fd, found.ifr_ifindex, bridge) : 0;
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
  bool plugged = look_up(GUEST_END, SIOCGIFINDEX, &found);
  int interface = found.ifr_ifindex;
  if (plugged && look_up(GUEST_END, SIOCGIFADDR, &found))
    memcpy(four.address, &((struct sockaddr_in *)(void *)&found.ifr_addr)->sin_addr, sizeof(struct in_addr));
  int inside = netlink_open();
  network_enter(program, host);
  int outside = netlink_open();
  if (inside < 0 || outside < 0) give_up(EXIT_SYSTEM, "netlink");
  if (!look_up(argv[4], SIOCGIFINDEX, &found)) give_up(EXIT_NO_BRIDGE, argv[4]);
  int bridge = found.ifr_ifindex, mtu = look_up(argv[4], SIOCGIFMTU, &found) ? found.ifr_mtu : 1500;
  if (plugged) {
    link_forget_neighbour(inside, interface, &four);
    if (argc == 8) link_forget_neighbour(inside, interface, &six);
    keep(outside, argv[5], bridge, &four);
  }

  uint32_t half = 1u << (31 - four.bits), start = (uint32_t)strtoul(argv[2], NULL, 10), host_part = 0;
  char name[IFNAMSIZ];
  int error = EEXIST;
  for (uint32_t turn = 0; error == EEXIST && turn < half - 1; turn++) {
    host_part = choose(&four, turn, start);
    snprintf(name, sizeof name, "%s.%x", argv[5], host_part);
    error = link_make_pair(outside, name, container, bridge, mtu, &four);
  }
  errno = error;
  if (error == EEXIST) give_up(EXIT_FULL, "the network has no address left");
  if (error != 0) give_up(EXIT_SYSTEM, "veth");
  if (argc == 8) choose_as(&six, host_part);
  network_enter(program, container);
  error = configure(inside, &four, argc == 8 ? &six : NULL);
  if (error != 0) {
    link_remove(outside, name);
    errno = error;
    give_up(EXIT_SYSTEM, GUEST_END);
  }
  print_address(four.address);
  _exit(0);
}
