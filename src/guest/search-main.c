/* The arguments, the root, and the end of a search. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "path.h"
#include "search.h"

static struct timespec started;

bool search_is_asked(int argc, char **argv) { return argc > 1 && strcmp(argv[1], "search") == 0; }

void search_stop(struct search *search, const char *why) {
  if (search->stopped == NULL) search->stopped = why;
}

bool search_is_late(struct search *search) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if ((uint64_t)(now.tv_sec - started.tv_sec) >= search->max_seconds) search_stop(search, "time");
  return search->stopped != NULL;
}

static int refuse(const char *kind, const char *text) {
  search_put_text("x");
  search_put_text(kind);
  search_put_text(text);
  search_flush();
  return 1;
}

static bool take_glob(const char **globs, size_t *count, const char *glob) {
  if (*count == SEARCH_GLOBS_MAX) return false;
  globs[(*count)++] = glob;
  return true;
}

static bool take_flag(struct search *search, const char *name) {
  if (strcmp(name, "--ignore-case") == 0) return search->ignore_case = true;
  if (strcmp(name, "--hidden") == 0) return search->hidden = true;
  if (strcmp(name, "--directories") == 0) return search->directories = true;
  return false;
}

static bool take_value(struct search *search, const char **regex, const char *name, const char *value) {
  if (strcmp(name, "--name") == 0) return take_glob(search->names, &search->name_count, value);
  if (strcmp(name, "--exclude") == 0) return take_glob(search->excludes, &search->exclude_count, value);
  if (strcmp(name, "--fixed") == 0) return (search->fixed = value) != NULL && *value != '\0';
  if (strcmp(name, "--regex") == 0) return (*regex = value) != NULL;
  uint64_t number = strtoull(value, NULL, 10);
  uint32_t small = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
  if (strcmp(name, "--max-file-bytes") == 0) return (search->max_file_bytes = number < SIZE_MAX / 2 ? number : SIZE_MAX / 2) > 0;
  if (strcmp(name, "--max-matches") == 0) return (search->max_matches = small) > 0;
  if (strcmp(name, "--max-entries") == 0) return (search->max_entries = small) > 0;
  if (strcmp(name, "--max-seconds") == 0) return (search->max_seconds = small) > 0;
  if (strcmp(name, "--context") != 0) return false;
  search->context = small < SEARCH_CONTEXT_MAX ? small : SEARCH_CONTEXT_MAX;
  return true;
}

/* The root, or NULL when the arguments make no sense. */
static const char *parse(struct search *search, const char **regex, int argc, char **argv) {
  for (int i = 2; i < argc; i++) {
    if (strcmp(argv[i], "--") == 0) return i + 2 == argc ? argv[i + 1] : NULL;
    if (take_flag(search, argv[i])) continue;
    if (i + 1 >= argc || !take_value(search, regex, argv[i], argv[i + 1])) return NULL;
    i++;
  }
  return NULL;
}

static bool compile(struct search *search, const char *regex, char *problem, size_t size) {
  if (regex == NULL) return true;
  int code = regcomp(&search->regex, regex, REG_EXTENDED | (search->ignore_case ? REG_ICASE : 0));
  if (code != 0) regerror(code, &search->regex, problem, size);
  return search->has_regex = code == 0;
}

static void finish(struct search *search) {
  search_put_text("e");
  search_put_number(search->searched);
  search_put_number(search->binary);
  search_put_number(search->large);
  search_put_number(search->unreadable);
  search_put_number(search->passed);
  search_put_text(search->stopped == NULL ? "none" : search->stopped);
  search_flush();
}

/* Searches below `asked`; answers the exit code. */
static int search_below(struct search *search, const char *asked) {
  char here[PATH_MAX], root[PATH_MAX], problem[16];
  struct stat facts;
  if (getcwd(here, sizeof here) == NULL) here[0] = '\0';
  int error = path_resolve(here, asked, root);
  int fd = error != 0 ? -1 : open(root, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat(fd, &facts) < 0) {
    snprintf(problem, sizeof problem, "%d", error != 0 ? error : errno);
    return refuse("no-root", problem);
  }
  if (!S_ISDIR(facts.st_mode) && !search_wants_content(search)) return refuse("not-directory", root);
  search_put_text("r");
  search_put_text(root);
  if (S_ISDIR(facts.st_mode)) search_walk(search, fd, facts.st_dev);
  else search_file(search, fd, &facts, "");
  finish(search);
  return 0;
}

int search_main(int argc, char **argv) {
  struct search search = {.max_matches = 100, .max_entries = UINT32_MAX, .max_seconds = 20, .max_file_bytes = 10 << 20};
  char problem[256];
  const char *regex = NULL, *asked = parse(&search, &regex, argc, argv);
  signal(SIGPIPE, SIG_IGN);
  clock_gettime(CLOCK_MONOTONIC, &started);
  if (asked == NULL) return refuse("usage", "search [OPTION...] -- ROOT");
  if (!compile(&search, regex, problem, sizeof problem)) return refuse("bad-pattern", problem);
  int code = search_below(&search, asked);
  if (search.has_regex) regfree(&search.regex);
  return code;
}
