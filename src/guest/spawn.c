/* The spawn request, and the child's way from fork to exec. The request's strings are used where they lie. */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "environment.h"

enum { ARGUMENTS_MAX = 65536, LIMITS_MAX = 16 };

struct command {
  uint8_t options;
  uint16_t cols, rows;
  const char *user, *cwd;
  int limit_count;
  struct {
    uint8_t resource;
    rlim_t value;
  } limits[LIMITS_MAX];
  char **argv, **env;
  const uint8_t *script;
  uint32_t script_length;
};

static const int resources[] = {RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_CORE, RLIMIT_FSIZE, RLIMIT_AS, RLIMIT_CPU};

/* A counted list of strings as a NULL-terminated array. */
static char **take_strings(struct reader *r) {
  uint32_t count = take32(r);
  /* Each takes five bytes at least: a count beyond that is a lie, whatever it says. */
  if (r->bad || count > ARGUMENTS_MAX || count > r->left / 5) {
    r->bad = true;
    return NULL;
  }
  char **list = calloc((size_t)count + 1, sizeof *list);
  for (uint32_t i = 0; list != NULL && i < count; i++) list[i] = (char *)(uintptr_t)take_string(r);
  if (list == NULL) r->bad = true;
  return list;
}

static bool parse(struct reader *r, struct command *command) {
  command->options = take8(r);
  take64(r); /* The engine's own id of the process, kept for a later adoption. */
  command->cols = take16(r);
  command->rows = take16(r);
  command->user = take_string(r);
  command->cwd = take_string(r);
  command->limit_count = take8(r);
  if (command->limit_count > LIMITS_MAX) return false;
  for (int i = 0; i < command->limit_count; i++) {
    command->limits[i].resource = take8(r);
    command->limits[i].value = take64(r);
    if (command->limits[i].resource >= sizeof resources / sizeof *resources) return false;
  }
  command->argv = take_strings(r);
  command->env = take_strings(r);
  if (command->options & SPAWN_SCRIPT) {
    command->script_length = take32(r);
    command->script = take(r, command->script_length);
  }
  return !r->bad && r->left == 0 && command->argv[0] != NULL;
}

static void set_limits(const struct command *command) {
  for (int i = 0; i < command->limit_count; i++) {
    struct rlimit limit = {command->limits[i].value, command->limits[i].value};
    if (setrlimit(resources[command->limits[i].resource], &limit) < 0) child_fail(errno, STEP_RLIMIT);
  }
}

static void enter(const char *cwd, const char *home) {
  if (*cwd == '\0') {
    if (chdir(home) < 0 && chdir("/") < 0) child_fail(errno, STEP_CWD);
    return;
  }
  if (*cwd != '/' && chdir(home) < 0 && chdir("/") < 0) child_fail(errno, STEP_CWD);
  if (chdir(cwd) < 0) child_fail(errno, STEP_CWD);
}

/* A text too long for an argument, readable at /dev/fd/4 by the shell that is told to. */
static void place_script(const struct command *command) {
  int fd = memfd_create("script", 0);
  if (fd < 0 || fchmod(fd, 0400) < 0) child_fail(errno, STEP_SCRIPT);
  for (uint32_t done = 0; done < command->script_length;) {
    ssize_t count = write(fd, command->script + done, command->script_length - done);
    if (count < 0) child_fail(errno, STEP_SCRIPT);
    done += (uint32_t)count;
  }
  if (lseek(fd, 0, SEEK_SET) < 0) child_fail(errno, STEP_SCRIPT);
  if (fd == CHILD_SCRIPT_FD) return;
  if (dup2(fd, CHILD_SCRIPT_FD) < 0) child_fail(errno, STEP_SCRIPT);
  close(fd);
}

static void run(const void *argument) {
  const struct command *command = argument;
  struct identity identity;
  int error = identity_find(command->user, &identity);
  if (error != 0) child_fail(error, STEP_USER);
  if (command->options & SPAWN_PTY && fchown(STDIN_FILENO, identity.uid, (gid_t)-1) == 0) fchmod(STDIN_FILENO, 0620);
  set_limits(command);
  error = child_become(&identity);
  if (error != 0) child_fail(error, STEP_CREDENTIALS);
  enter(command->cwd, identity.home);
  if (command->options & SPAWN_SCRIPT) place_script(command);
  char **env = environment_build(&identity, command->env, command->options & SPAWN_PTY);
  if (env == NULL) child_fail(ENOMEM, STEP_EXEC);
  child_fail(environment_exec(command->argv, env), STEP_EXEC);
}

struct command *spawn_parse(struct reader *request) {
  struct command *command = calloc(1, sizeof *command);
  if (command == NULL || (parse(request, command) && !(command->options & SPAWN_PTY))) return command;
  spawn_free(command);
  return NULL;
}

void spawn_free(struct command *command) {
  free(command->argv);
  free(command->env);
  free(command);
}

bool spawn_takes_input(const struct command *command) { return command->options & SPAWN_STDIN; }

void spawn_become(const struct command *command) {
  run(command);
  _exit(127);
}

void spawn_open(struct channel *channel, struct reader *request) {
  struct command command = {0};
  struct child_stdio stdio = {-1, -1, -1, -1};
  if (!parse(request, &command)) {
    channel_failed(channel, EINVAL, STEP_REQUEST);
  } else {
    bool pty = command.options & SPAWN_PTY;
    channel->pty = pty;
    bool ready = process_pipes(channel, !pty && command.options & SPAWN_STDIN, &stdio) &&
                 (!pty || process_terminal(channel, command.cols, command.rows, &stdio));
    if (ready) process_launch(channel, stdio, run, &command);
  }
  free(command.argv);
  free(command.env);
}
