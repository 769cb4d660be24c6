/* The agent's own descriptor limit, which its children do not get. */
#ifndef THAW_LIMITS_H
#define THAW_LIMITS_H

void limits_raise(void);
void limits_restore(void);

#endif
