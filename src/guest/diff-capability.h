/* What a difference command must be allowed to do, asked before it begins. */
#ifndef THAW_DIFF_CAPABILITY_H
#define THAW_DIFF_CAPABILITY_H

void capability_need_for_write(int user_marks);
void capability_need_for_apply(void);

#endif
