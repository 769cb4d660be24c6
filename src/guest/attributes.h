/* `set-attributes PATH MODE OWNER GROUP` and `disk-use PATH`: what the file operations lack, as programs of the sandbox's user. */
#ifndef THAW_ATTRIBUTES_H
#define THAW_ATTRIBUTES_H

#include <stdbool.h>

bool attributes_is_asked(int argc, char **argv);

/* 0; 1 with "ERRNO text" on standard error; 2 for bad arguments; 3 for a user or group that there is not. */
int attributes_main(int argc, char **argv);

#endif
