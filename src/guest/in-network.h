/* in-network: runs a program in the network namespace of a container, for the host helper. */
#ifndef THAW_IN_NETWORK_H
#define THAW_IN_NETWORK_H

#include <stdbool.h>

bool in_network_is_asked(int argc, char **argv);
/* in-network PID CONTAINER PROGRAM [ARGUMENT...]: does not return. */
_Noreturn void in_network_main(int argc, char **argv);

#endif
