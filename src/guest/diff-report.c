/* Names come from a sandbox or from a store: whatever prints them must not obey them. */
#include "diff-report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024, QUOTE_MAX = 240 };

static const struct {
  int error;
  const char *name;
} names[] = {
    {EPERM, "EPERM"},   {ENOENT, "ENOENT"},   {EIO, "EIO"},         {ENOMEM, "ENOMEM"},
    {EACCES, "EACCES"}, {EBUSY, "EBUSY"},     {EEXIST, "EEXIST"},   {EXDEV, "EXDEV"},
    {ENODEV, "ENODEV"}, {ENOTDIR, "ENOTDIR"}, {EISDIR, "EISDIR"},   {EINVAL, "EINVAL"},
    {ENFILE, "ENFILE"}, {EMFILE, "EMFILE"},   {ETXTBSY, "ETXTBSY"}, {EFBIG, "EFBIG"},
    {ENOSPC, "ENOSPC"}, {EROFS, "EROFS"},     {EMLINK, "EMLINK"},   {EPIPE, "EPIPE"},
    {ERANGE, "ERANGE"}, {ELOOP, "ELOOP"},     {EDQUOT, "EDQUOT"},   {ENAMETOOLONG, "ENAMETOOLONG"},
    {ESRCH, "ESRCH"},   {ENOTSUP, "ENOTSUP"}, {ESTALE, "ESTALE"},   {ENOTEMPTY, "ENOTEMPTY"},
    {ENOSYS, "ENOSYS"}, {E2BIG, "E2BIG"},     {EBADF, "EBADF"},     {ENODATA, "ENODATA"},
};

const char *diff_errno(int error) {
  static char number[24];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].error == error) return names[i].name;
  snprintf(number, sizeof number, "E%d", error);
  return number;
}

const char *diff_quote(const char *bytes, size_t length) {
  static char text[QUOTE_MAX + 8];
  size_t used = 0;
  for (size_t i = 0; i < length; i++) {
    uint8_t byte = (uint8_t)bytes[i];
    if (used + 4 > QUOTE_MAX) {
      memcpy(text + used, "...", 3);
      used += 3;
      break;
    }
    if (byte > 0x20 && byte < 0x7F && byte != '\\') text[used++] = (char)byte;
    else used += (size_t)snprintf(text + used, 5, "\\x%02x", byte);
  }
  text[used] = '\0';
  return text;
}

__attribute__((format(printf, 1, 0))) static void say(const char *format, va_list arguments) {
  char line[LINE_MAX_BYTES];
  int length = vsnprintf(line, sizeof line - 1, format, arguments);
  size_t count = length < 0 ? 0 : (size_t)length < sizeof line - 1 ? (size_t)length : sizeof line - 2;
  line[count++] = '\n';
  /* Nobody is left to tell when standard error does not take it. */
  if (write(STDERR_FILENO, line, count) < 0) return;
}

void diff_say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say(format, arguments);
  va_end(arguments);
}

_Noreturn void diff_fail(int code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say(format, arguments);
  va_end(arguments);
  diff_exit(code);
}
