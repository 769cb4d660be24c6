/* Runs nft without waiting for what the kernel clears away afterwards. */
#ifndef THAW_NETWORK_LINGER_H
#define THAW_NETWORK_LINGER_H

/* Ends as the program does, with its exit code; 126 when a signal ended it. */
_Noreturn void linger_run(const char *name, char **argv);

#endif
