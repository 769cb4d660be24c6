/* `thaw-agent job-…`: commands that outlive whoever started them. Their supervisor keeps all of it in a directory that only
   root may enter: `about` (what the engine says of it), `state`, `log.*` (the output) and `control` (a Unix socket).
   JOBS.md describes the files and the messages. */
#ifndef THAW_JOB_H
#define THAW_JOB_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "job-log.h"

enum job_status { JOB_RUNNING = 0, JOB_EXITED = 1, JOB_SIGNALLED = 2, JOB_TIMED_OUT = 3, JOB_LOST = 4 };
enum job_mode { JOB_SPAWN = 1, JOB_ADOPT = 2, JOB_SESSION = 3 };
enum {
  JOB_STATE_BYTES = 44,
  JOB_ABOUT_MAX = 16 << 10,
  JOB_CLIENTS_MAX = 32,
  JOB_PENDING_MAX = 16 << 20,
  JOB_MESSAGE_MAX = 64 << 10,
  /* How long a supervisor is waited for: the files of a job may be anybody's who is root in the sandbox. */
  JOB_PATIENCE_S = 10
};
/* Offsets and totals beyond it make no sense: the engine could not tell them exactly. */
#define JOB_OFFSET_MAX ((UINT64_C(1) << 53) - 1)
/* Messages to the control socket; `W` is answered by the state now and with every change, the others by a u32 errno. */
#define JOB_NO_GRACE UINT32_MAX

enum job_message { JOB_WATCH = 'W', JOB_INPUT = 'I', JOB_CLOSE = 'C', JOB_SIGNAL = 'K' };
/* Records that job-read prints, each behind `R`, its type, two zero bytes and a u32 length. */
enum job_record { RECORD_STDOUT = 1, RECORD_STDERR = 2, RECORD_POSITION = 3, RECORD_STATE = 4, RECORD_ABOUT = 5, RECORD_NAME = 6 };

struct job_state {
  uint8_t status;
  bool takes_input;
  /* The exit code, or the signal. */
  uint32_t value, pid;
  /* Since the epoch; 0 for not yet. */
  int64_t started_ms, ended_ms;
  uint64_t totals[2];
};

struct job {
  int dir_fd;
  struct job_log log;
  struct job_state state;
  /* Output to be read, the input's writing end, and what tells the end where it is not a child; -1 for none. */
  int out[2], in, status_fd;
  /* The connection to the session's shell. */
  int session_fd;
  /* Leader of the process group until it is reaped, 0 else. A child of its own, or the agent's. */
  pid_t pid;
  bool is_child;
  /* By the monotonic clock; 0 for never. */
  int64_t deadline, kill_at;
  bool timed_out;
  uint8_t *pending;
  size_t pending_from, pending_to;
  bool close_input;
  int listener;
  int clients[JOB_CLIENTS_MAX];
  bool watches[JOB_CLIENTS_MAX];
};

bool job_is_asked(int argc, char **argv);
int job_main(int argc, char **argv);

int64_t job_now_ms(void);
int64_t job_wall_ms(void);

/* job-state.c */
void job_state_put(uint8_t record[JOB_STATE_BYTES], const struct job_state *state);
/* False, with `state` as it was, for what makes no sense. */
bool job_state_get(const uint8_t record[JOB_STATE_BYTES], struct job_state *state);
bool job_state_save(int dir_fd, const struct job_state *state);
/* False where there is none that makes sense. */
bool job_state_load(int dir_fd, struct job_state *state);
/* Writes a file of root's own, in place of whatever has its name. */
bool job_write_file(int dir_fd, const char *name, const void *bytes, size_t count);

/* job-control.c */
bool job_listen(struct job *job, const char *dir);
void job_unlisten(struct job *job);
void job_accept(struct job *job);
void job_client_ready(struct job *job, int index);
void job_notify(struct job *job);
/* A connection to the supervisor of `dir`, or -1 with errno: ECONNREFUSED and ENOENT mean that there is none. Nothing on it
   takes longer than `patience_s`; 0 for what must not wait at all. */
int job_connect(const char *dir, int patience_s);

/* job-input.c */
int job_input_add(struct job *job, const uint8_t *bytes, size_t count);
void job_input_close(struct job *job);
void job_input_write(struct job *job);

/* The ways in which a job begins: 0, or an errno with the step that failed. */
int job_spawn(struct job *job, const uint8_t *request, size_t length, uint8_t *step);
int job_adopt(struct job *job, const uint8_t *frames, size_t length, uint8_t *step);
int job_in_session(struct job *job, const char *dir, const uint8_t *request, size_t length, uint8_t *step);

/* job-session.c: whether the command, or its shell, has ended, and with which code. */
bool job_session_status(struct job *job, uint32_t *code);
bool job_session_over(struct job *job, uint32_t *code);
void job_session_forget(struct job *job);

int job_run(const char *dir);
int job_read(int argc, char **argv);
int job_send(int argc, char **argv);
int job_list(const char *dir);
bool job_print(uint8_t type, const void *bytes, size_t count);

#endif
