/* `thaw-agent search [OPTION…] -- ROOT`: finds files by name and lines by content, as whoever runs it.
   --name GLOB      repeatable, one must match: the file's name, or with a slash the path below ROOT (`**` is any depth)
   --exclude GLOB   repeatable: passed over, and nothing below it is looked at
   --fixed TEXT | --regex ERE   lines with this; without either the names are the result
   --ignore-case  --hidden (dot files too)  --directories (these too, without content)  --context N
   --max-matches N (lines, or names)  --max-entries N  --max-file-bytes N  --max-seconds N
   Standard output gets records of fields that end with a NUL each:
   r ROOT                            once, the absolute root
   f TYPE SIZE PATH                  a file of the result: f, d, l or o; bytes; the path below ROOT, empty for ROOT itself
   m LINE COLUMN CUT TEXT            a matching line of that file; column in bytes from 1; CUT is 1 when TEXT is a part
   c LINE 0 CUT TEXT                 a line around it
   e SEARCHED BINARY LARGE UNREADABLE PASSED WHY   once, at the end: counts (of content), and none, matches, entries or time
   x ERROR TEXT                      in place of all others: usage, bad-pattern, no-root (errno), not-directory */
#ifndef THAW_SEARCH_H
#define THAW_SEARCH_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

enum { SEARCH_GLOBS_MAX = 64, SEARCH_CONTEXT_MAX = 20 };

struct search {
  const char *names[SEARCH_GLOBS_MAX], *excludes[SEARCH_GLOBS_MAX];
  size_t name_count, exclude_count;
  const char *fixed;
  bool has_regex, ignore_case, hidden, directories;
  regex_t regex;
  uint32_t context, max_matches, max_entries, max_seconds;
  uint64_t max_file_bytes;
  /* What was found so far. */
  uint32_t matches, entries, searched, binary, large, unreadable, passed;
  const char *stopped;
};

/* Pure: whether the glob matches the path below the root. */
bool search_glob(const char *glob, const char *path);

/* Notes that the end has come, unless an earlier reason is there. */
void search_stop(struct search *search, const char *why);
/* Whether the search is to end, be it because its time is over. */
bool search_is_late(struct search *search);
/* Takes `fd`, which is the root. */
void search_walk(struct search *search, int fd, dev_t device);
/* Looks into the file and writes what it finds. Takes `fd`. */
void search_file(struct search *search, int fd, const struct stat *facts, const char *path);

/* Whether the result still has room; the line is asked for with its place. */
bool search_wants_content(const struct search *search);
/* Finds the pattern in a text of `length` bytes that a NUL follows; false when it is not there. */
bool search_match(const struct search *search, const char *text, size_t length, size_t *start, size_t *end);

void search_put(const char *text, size_t length);
void search_put_text(const char *text);
void search_put_number(uint64_t number);
void search_put_file(const struct stat *facts, const char *path);
void search_flush(void);

bool search_is_asked(int argc, char **argv);
int search_main(int argc, char **argv);

#endif
