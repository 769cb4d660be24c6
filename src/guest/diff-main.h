/* The agent's subcommands for differences. */
#ifndef THAW_DIFF_MAIN_H
#define THAW_DIFF_MAIN_H

#include <stdbool.h>

/* Whether the agent was started for one of them. */
bool diff_is_asked(int argc, char **argv);
/* Runs it; answers the exit code. */
int diff_main(int argc, char **argv);

#endif
