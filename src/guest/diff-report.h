/* What a difference command says on standard error: one line each, names made harmless. */
#ifndef THAW_DIFF_REPORT_H
#define THAW_DIFF_REPORT_H

#include <stddef.h>

/* The name of an errno, such as ENOSPC. */
const char *diff_errno(int error);
/* Bytes of a foreign name as printable text, cut when long; valid until the next call. */
const char *diff_quote(const char *bytes, size_t length);
__attribute__((format(printf, 1, 2))) void diff_say(const char *format, ...);
/* Says it and ends with the code. */
__attribute__((format(printf, 2, 3))) _Noreturn void diff_fail(int code, const char *format, ...);
/* Ends the process. In a file of its own from its callers, so that the fuzzer can take its place. */
_Noreturn void diff_exit(int code);

#endif
