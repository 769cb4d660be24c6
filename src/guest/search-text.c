/* One file: whether it is text, its matching lines, and the lines around them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "search.h"

/* Of a longer line only this much is told, with some of what is before the match. */
enum { TEXT_MAX = 400, BEFORE_MATCH = 80, LINES_BETWEEN_LOOKS = 256 };

struct lines {
  char *text;
  size_t length;
  uint64_t number;
};

bool search_wants_content(const struct search *search) { return search->fixed != NULL || search->has_regex; }

bool search_match(const struct search *search, const char *text, size_t length, size_t *start, size_t *end) {
  if (search->has_regex) {
    regmatch_t place;
    if (regexec(&search->regex, text, 1, &place, 0) != 0) return false;
    *start = (size_t)place.rm_so;
    *end = (size_t)place.rm_eo;
    return true;
  }
  const char *found = search->ignore_case ? strcasestr(text, search->fixed) : memmem(text, length, search->fixed, strlen(search->fixed));
  if (found == NULL) return false;
  *start = (size_t)(found - text);
  *end = *start + strlen(search->fixed);
  return true;
}

static bool is_continuation(char byte) { return ((unsigned char)byte & 0xc0) == 0x80; }

static void put_line(const char *kind, uint64_t number, const char *text, size_t length, const size_t *match) {
  size_t from = match == NULL || length <= TEXT_MAX || *match <= BEFORE_MATCH ? 0 : *match - BEFORE_MATCH;
  size_t to = length - from > TEXT_MAX ? from + TEXT_MAX : length;
  /* No sequence of UTF-8 is split. */
  while (from > 0 && from < length && is_continuation(text[from])) from++;
  while (to > from && to < length && is_continuation(text[to])) to--;
  search_put_text(kind);
  search_put_number(number);
  search_put_number(match == NULL ? 0 : *match + 1);
  search_put_text(from > 0 || to < length ? "1" : "0");
  search_put(text + from, to - from);
}

/* All of the file with a NUL behind it, or NULL. It may grow or shrink meanwhile. */
static char *load(int fd, size_t size, size_t *length) {
  char *bytes = malloc(size + 1);
  *length = 0;
  while (bytes != NULL && *length < size) {
    ssize_t count = read(fd, bytes + *length, size - *length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      free(bytes);
      return NULL;
    }
    if (count == 0) break;
    *length += (size_t)count;
  }
  if (bytes != NULL) bytes[*length] = '\0';
  return bytes;
}

/* Cuts the next line off in place: its end becomes a NUL. False at the end. */
static bool next_line(struct lines *line, char **rest, char *end) {
  if (*rest >= end) return false;
  char *newline = memchr(*rest, '\n', (size_t)(end - *rest));
  line->text = *rest;
  line->length = (size_t)((newline == NULL ? end : newline) - *rest);
  line->number++;
  *rest = newline == NULL ? end : newline + 1;
  if (line->length > 0 && line->text[line->length - 1] == '\r') line->length--;
  line->text[line->length] = '\0';
  return true;
}

static void scan(struct search *search, char *text, size_t length, const struct stat *facts, const char *path) {
  struct lines line = {0}, around[SEARCH_CONTEXT_MAX];
  uint32_t kept = 0, after = 0;
  bool told = false;
  char *rest = text, *end = text + length;
  while (next_line(&line, &rest, end)) {
    size_t start, stop;
    if (line.number % LINES_BETWEEN_LOOKS == 0 && search_is_late(search)) break;
    if (search_match(search, line.text, line.length, &start, &stop)) {
      /* Only one more than there is room for says that there are more. */
      if (search->matches == search->max_matches) {
        search_stop(search, "matches");
        break;
      }
      search->matches++;
      if (!told) search_put_file(facts, path);
      told = true;
      for (uint32_t i = 0; i < kept; i++) put_line("c", around[i].number, around[i].text, around[i].length, NULL);
      put_line("m", line.number, line.text, line.length, &start);
      kept = 0;
      after = search->context;
    } else if (after > 0) {
      put_line("c", line.number, line.text, line.length, NULL);
      after--;
    } else if (search->context > 0) {
      if (kept == search->context) memmove(around, around + 1, --kept * sizeof *around);
      around[kept++] = line;
    }
  }
}

void search_file(struct search *search, int fd, const struct stat *facts, const char *path) {
  struct stat now;
  size_t length;
  if (fd < 0 || fstat(fd, &now) < 0 || !S_ISREG(now.st_mode)) {
    search->unreadable++;
  } else if ((uint64_t)now.st_size > search->max_file_bytes) {
    search->large++;
  } else {
    /* Files of /proc and the like have no size and yet content. */
    size_t size = now.st_size > 0 ? (size_t)now.st_size : 4096;
    char *text = load(fd, size, &length);
    if (text == NULL) {
      search->unreadable++;
    } else if (memchr(text, '\0', length) != NULL) {
      search->binary++;
    } else {
      search->searched++;
      scan(search, text, length, facts, path);
    }
    free(text);
  }
  if (fd >= 0) close(fd);
}
