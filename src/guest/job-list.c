/* `job-list DIR`: the job in DIR, or else every job of its subdirectories and one level below: its name, what the engine said of it, and its state. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "job.h"
#include "job-cursor.h"

enum { ENTRIES_MAX = 2000 };

static int printed;

/* What a supervisor knows now. False, with the connection closed, when it ends in this moment. */
static bool ask_state(int fd, struct job_state *state) {
  uint8_t message = JOB_WATCH, record[JOB_STATE_BYTES];
  struct timeval patience = {2, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (send(fd, &message, 1, MSG_NOSIGNAL) == 1 && recv(fd, record, sizeof record, 0) == (ssize_t)sizeof record) {
    job_state_get(record, state);
    return true;
  }
  close(fd);
  return false;
}

/* False: it is no job. */
static bool print_job(const char *dir, int dir_fd, const char *name) {
  static uint8_t about[JOB_ABOUT_MAX], record[JOB_STATE_BYTES];
  int fd = openat(dir_fd, "about", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return false;
  ssize_t count = read(fd, about, sizeof about);
  close(fd);
  struct job_state state;
  if (count < 0 || !job_state_load(dir_fd, &state)) return true;
  int alive = state.status == JOB_RUNNING ? job_connect(dir) : -1;
  if (alive >= 0) {
    if (!ask_state(alive, &state)) alive = -1;
  }
  if (alive >= 0) {
    close(alive);
  } else if (state.status == JOB_RUNNING && (!job_state_load(dir_fd, &state) || state.status == JOB_RUNNING)) {
    state.status = JOB_LOST;
    state.takes_input = false;
    cursor_scan(dir_fd, state.totals);
  }
  job_state_put(record, &state);
  printed++;
  job_print(RECORD_NAME, name, strlen(name));
  job_print(RECORD_ABOUT, about, (size_t)count);
  job_print(RECORD_STATE, record, sizeof record);
  return true;
}

static void list(const char *dir, const char *prefix, bool deeper) {
  DIR *entries = opendir(dir);
  struct dirent *entry;
  while (entries != NULL && printed < ENTRIES_MAX && (entry = readdir(entries)) != NULL) {
    char path[PATH_MAX], name[2 * NAME_MAX + 2];
    if (entry->d_name[0] == '.') continue;
    if (snprintf(path, sizeof path, "%s/%s", dir, entry->d_name) >= (int)sizeof path) continue;
    if (snprintf(name, sizeof name, "%s%s", prefix, entry->d_name) >= (int)sizeof name - 1) continue;
    int dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (dir_fd < 0) continue;
    bool is_job = print_job(path, dir_fd, name);
    close(dir_fd);
    if (is_job || !deeper) continue;
    strcat(name, "/");
    list(path, name, false);
  }
  if (entries != NULL) closedir(entries);
}

int job_list(const char *dir) {
  int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (dir_fd < 0) return errno == ENOENT ? 0 : 1;
  bool is_job = print_job(dir, dir_fd, "");
  close(dir_fd);
  if (!is_job) list(dir, "", true);
  return 0;
}
