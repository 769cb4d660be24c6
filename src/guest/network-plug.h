/* Plugs a container into a bridge of the host, as Docker would, without the half second that Docker takes for it. */
#ifndef THAW_NETWORK_PLUG_H
#define THAW_NETWORK_PLUG_H

#include <stdbool.h>

bool network_plug_is_asked(int argc, char **argv);
_Noreturn void network_plug_main(int argc, char **argv);

#endif
