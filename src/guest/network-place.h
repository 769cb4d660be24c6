/* The network namespaces that the host helper works in: the host's own, and a container's. */
#ifndef THAW_NETWORK_PLACE_H
#define THAW_NETWORK_PLACE_H

enum { EXIT_USAGE = 64, EXIT_GONE = 65, EXIT_SYSTEM = 66 };

/* Says what failed, with errno, and ends the program. */
_Noreturn void network_give_up(const char *program, int code, const char *what);
/*
 * The namespace of the process `pid`, which has to be in the container's cgroup and not in the host's network, which is
 * this program's, too: a process id may have been given to another process since it was noted. Ends the program otherwise.
 */
int network_of(const char *program, const char *pid, const char *container);
/* The host's own. */
int network_of_host(const char *program);
void network_enter(const char *program, int fd);

#endif
