/* The agent's own descriptor limit, which its children do not get. */
#ifndef THAW_NOFILE_H
#define THAW_NOFILE_H

void nofile_raise(void);
void nofile_restore(void);

#endif
