/* The environment of a command and the search for its program. */
#ifndef THAW_ENVIRONMENT_H
#define THAW_ENVIRONMENT_H

#include <stdbool.h>

#include "user.h"

/* The agent's environment, then the user's variables, then the request's: the later one wins. NULL: no memory. */
char **environment_build(const struct identity *identity, char **requested, bool terminal);
/* Looks argv[0] up in the PATH of `env` and executes it. Returns an errno only. */
int environment_exec(char **argv, char **env);

#endif
