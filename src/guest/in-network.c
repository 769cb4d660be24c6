/* Enters the network namespace of a container's process and runs a program there. */
#include "in-network.h"

#include <errno.h>
#include <string.h>

#include "network-linger.h"
#include "network-place.h"

static const char name[] = "in-network";

bool in_network_is_asked(int argc, char **argv) { return argc > 1 && strcmp(argv[1], name) == 0; }

_Noreturn void in_network_main(int argc, char **argv) {
  errno = EINVAL;
  if (argc < 5) network_give_up(name, EXIT_USAGE, "usage: in-network PID CONTAINER PROGRAM [ARGUMENT...]");
  network_enter(name, network_of(name, argv[2], argv[3]));
  linger_run(name, argv + 4);
}
