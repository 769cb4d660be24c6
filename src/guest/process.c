/* Forking, reaping, signalling. Orphans of any depth come to the agent and are reaped here, too. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytes.h"
#include "child.h"
#include "outlet.h"
#include "inlet.h"

struct process {
  pid_t pid;
  bool command;
  /* Where a job's supervisor hears of the end; 0 for nowhere. */
  int report_fd;
  struct channel *channel;
  struct process *next;
};

static struct process *processes;
static uint32_t process_count, command_count;

static void close_all(struct child_stdio stdio) {
  const int fds[] = {stdio.in, stdio.out, stdio.err, stdio.status};
  for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
    bool again = false;
    for (size_t k = 0; k < i; k++) again = again || fds[k] == fds[i];
    if (fds[i] >= 0 && !again) close(fds[i]);
  }
}

bool process_launch(struct channel *channel, struct child_stdio stdio, void (*run)(const void *), const void *argument) {
  struct process *process = process_count < PROCESSES_MAX ? calloc(1, sizeof *process) : NULL;
  pid_t pid = process == NULL ? -1 : fork();
  if (pid == 0) {
    child_prepare(stdio, channel->pty);
    run(argument);
    _exit(127);
  }
  int error = process == NULL ? EAGAIN : errno;
  close_all(stdio);
  if (pid < 0) {
    free(process);
    channel_failed(channel, error, STEP_FORK);
    return false;
  }
  process->pid = channel->pid = pid;
  process->channel = channel;
  process->command = channel->kind == CHANNEL_PROCESS;
  process->next = processes;
  processes = process;
  process_count++;
  command_count += process->command;
  return true;
}

/* The child's end of the status pipe closes at exec: a record before that tells why there was none. */
static void read_status(struct channel *channel) {
  uint8_t record[5];
  ssize_t count = read(channel->status.fd, record, sizeof record);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  source_close(&channel->status);
  if (count == (ssize_t)sizeof record) channel_failed(channel, (int)get32(record), record[4]);
  else channel_started(channel);
}

static void status_ready(struct source *source, uint32_t events) {
  (void)events;
  read_status((struct channel *)(void *)((char *)source - offsetof(struct channel, status)));
}

bool process_pipes(struct channel *channel, bool with_input, struct child_stdio *stdio) {
  int ends[8] = {-1, -1, -1, -1, -1, -1, -1, -1};
  bool with_status = channel->kind == CHANNEL_PROCESS;
  bool wanted[4] = {with_input, !channel->pty, !channel->pty, with_status};
  bool made = true;
  for (int i = 0; i < 4 && made; i++) made = !wanted[i] || pipe2(ends + 2 * i, O_CLOEXEC) == 0;
  int error = errno;
  if (!made) {
    for (int i = 0; i < 8; i++)
      if (ends[i] >= 0) close(ends[i]);
    channel_failed(channel, error, STEP_PIPE);
    return false;
  }
  if (with_input) stdio->in = ends[0];
  if (!channel->pty) stdio->out = ends[3], stdio->err = ends[5];
  stdio->status = ends[7];
  channel->status.ready = status_ready;
  made = !with_input || inlet_open(&channel->in, channel, ends[1]);
  if (!channel->pty) {
    made = outlet_open(&channel->out[0], channel, ends[2]) && made;
    made = outlet_open(&channel->out[1], channel, ends[4]) && made;
  }
  if (with_status) made = source_open(&channel->status, ends[6], EPOLLIN) && made;
  if (!made) {
    close_all(*stdio);
    channel_failed(channel, EMFILE, STEP_PIPE);
  }
  return made;
}

void process_forget_channel(struct channel *channel) {
  for (struct process *process = processes; process != NULL; process = process->next) {
    if (process->channel != channel) continue;
    process->channel = NULL;
    if (!process->command) kill(process->pid, SIGTERM);
  }
  channel->pid = 0;
}

static void ended(struct channel *channel, int status) {
  /* Whatever it reported about its start stands in the pipe by now. */
  if (channel->status.fd >= 0) read_status(channel);
  if (channel->pending & PENDING_FAILED) return;
  inlet_close(&channel->in);
  for (int i = 0; i < 2; i++) outlet_finish(&channel->out[i]);
  if (WIFSIGNALED(status)) channel_exit(channel, EXIT_SIGNAL, (uint32_t)WTERMSIG(status));
  else channel_exit(channel, EXIT_CODE, (uint32_t)WEXITSTATUS(status));
}

static void report(int fd, int status) {
  uint8_t record[4];
  put32(record, (uint32_t)status);
  /* Into an empty pipe. A supervisor that is gone needs no report. */
  if (write(fd, record, sizeof record) < 0) errno = 0;
  close(fd);
}

bool process_report_to(struct channel *channel, int fd) {
  for (struct process *process = processes; process != NULL; process = process->next) {
    if (process->channel != channel || process->report_fd > 0) continue;
    process->report_fd = fd;
    return true;
  }
  return false;
}

void process_reap(void) {
  for (;;) {
    int status;
    pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return;
    struct process **at = &processes;
    while (*at != NULL && (*at)->pid != pid) at = &(*at)->next;
    struct process *process = *at;
    if (process == NULL) continue;
    *at = process->next;
    process_count--;
    command_count -= process->command;
    if (process->report_fd > 0) report(process->report_fd, status);
    if (process->channel != NULL) ended(process->channel, status);
    free(process);
  }
}

void process_signal(struct channel *channel, int signal) {
  if (channel->pid <= 0 || channel->exited) return;
  /* Before its setsid the child has no group of its own. */
  if (kill(-channel->pid, signal) < 0 && errno == ESRCH) kill(channel->pid, signal);
}

int process_signal_all(int signal) {
  if (getpid() == 1) return kill(-1, signal) < 0 && errno != ESRCH ? errno : 0;
  for (struct process *process = processes; process != NULL; process = process->next) kill(-process->pid, signal);
  return 0;
}

uint32_t process_commands(void) { return command_count; }

bool process_none_left(void) {
  /* Not waitpid, which refuses WNOWAIT: children are looked at here and reaped elsewhere. */
  siginfo_t info;
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
}
