/* The records: fields that end with a NUL. A reader that is gone ends the search. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "search.h"

enum { OUT_BYTES = 64 << 10 };

static char out[OUT_BYTES];
static size_t held;

void search_flush(void) {
  for (size_t at = 0; at < held;) {
    ssize_t count = write(STDOUT_FILENO, out + at, held - at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) _exit(1);
    at += (size_t)count;
  }
  held = 0;
}

void search_put(const char *text, size_t length) {
  /* Fields are far smaller than the buffer. */
  if (held + length + 1 > sizeof out) search_flush();
  memcpy(out + held, text, length);
  held += length;
  out[held++] = '\0';
}

void search_put_text(const char *text) { search_put(text, strlen(text)); }

void search_put_number(uint64_t number) {
  char digits[24];
  snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
  search_put_text(digits);
}

void search_put_file(const struct stat *facts, const char *path) {
  search_put_text("f");
  search_put_text(S_ISREG(facts->st_mode) ? "f" : S_ISDIR(facts->st_mode) ? "d" : S_ISLNK(facts->st_mode) ? "l" : "o");
  search_put_number((uint64_t)facts->st_size);
  search_put_text(path);
}
