/* `job-list DIR`: the job in DIR, or else every job of its subdirectories and one level below: its name, what the engine said of it, and its state. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "job.h"
#include "job-cursor.h"

/* The engine takes 4 MiB, and 15 s. */
enum { JOBS_MAX = 2000, LIST_BYTES_MAX = 3 << 20, ASK_ONE_S = 2, ASK_ALL_MS = 6000 };

static int printed_jobs;
static size_t printed_bytes;

/* What its supervisor knows now. False when nobody answers, or with nonsense. */
static bool ask_state(const char *dir, struct job_state *state) {
  static int64_t give_up_at;
  uint8_t message = JOB_WATCH, record[JOB_STATE_BYTES];
  if (give_up_at == 0) give_up_at = job_now_ms() + ASK_ALL_MS;
  int fd = job_now_ms() < give_up_at ? job_connect(dir, ASK_ONE_S) : -1;
  if (fd < 0) return false;
  bool told = send(fd, &message, 1, MSG_NOSIGNAL) == 1 && recv(fd, record, sizeof record, 0) == (ssize_t)sizeof record;
  close(fd);
  return told && job_state_get(record, state);
}

/* Nobody keeps a job any more that is not answered for and whose end was not written down. */
static void find_state(const char *dir, int dir_fd, struct job_state *state) {
  bool known = job_state_load(dir_fd, state);
  if ((known && state->status != JOB_RUNNING) || ask_state(dir, state)) return;
  /* It may have ended in this moment. */
  if (job_state_load(dir_fd, state) && state->status != JOB_RUNNING) return;
  state->status = JOB_LOST;
  state->takes_input = false;
  cursor_scan(dir_fd, state->totals);
}

/* False: it is no job. */
static bool print_job(const char *dir, int dir_fd, const char *name) {
  static uint8_t about[JOB_ABOUT_MAX], record[JOB_STATE_BYTES];
  int fd = openat(dir_fd, "about", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return false;
  ssize_t count = read(fd, about, sizeof about);
  close(fd);
  struct job_state state = {0};
  if (count < 0) return true;
  find_state(dir, dir_fd, &state);
  job_state_put(record, &state);
  printed_jobs++;
  printed_bytes += strlen(name) + (size_t)count + sizeof record;
  job_print(RECORD_NAME, name, strlen(name));
  job_print(RECORD_ABOUT, about, (size_t)count);
  job_print(RECORD_STATE, record, sizeof record);
  return true;
}

static bool is_full(void) { return printed_jobs >= JOBS_MAX || printed_bytes >= LIST_BYTES_MAX; }

static void list(const char *dir, const char *prefix, bool deeper) {
  DIR *entries = opendir(dir);
  struct dirent *entry;
  while (entries != NULL && !is_full() && (entry = readdir(entries)) != NULL) {
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
