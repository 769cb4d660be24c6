/* Channels: one per request of the engine that lives longer than its answer, with the streams that belong to it. */
#ifndef THAW_CHANNEL_H
#define THAW_CHANNEL_H

#include <sys/types.h>

#include "loop.h"
#include "protocol.h"
#include "ring.h"

struct channel;

enum outlet_state { OUTLET_ENDED, OUTLET_OPEN, OUTLET_LAST };

/* Guest to engine. `ring.start` is what the engine acknowledged, `ring.end` what was read from the descriptor. */
struct outlet {
  struct source source;
  struct channel *channel;
  enum outlet_state state;
  bool end_sent;
  /* OUTLET_LAST: how many bytes may still be read. */
  uint32_t budget;
  uint64_t sent;
  struct ring ring;
};

/* Engine to guest. `ring.start` is what the descriptor took, `ring.end` what the engine sent. */
struct inlet {
  struct source source;
  struct channel *channel;
  /* The engine ended the stream: the descriptor closes after the last byte. */
  bool ended;
  /* Nobody reads any more: everything further is taken and dropped. */
  bool gone;
  uint64_t acknowledged;
  struct ring ring;
};

enum channel_kind { CHANNEL_PROCESS, CHANNEL_FILE, CHANNEL_DIAL };
enum pending { PENDING_STARTED = 1, PENDING_FAILED = 2, PENDING_ACK = 4 };

struct channel_link {
  struct channel_link *next, *previous;
};

struct channel {
  uint32_t id;
  enum channel_kind kind;
  struct channel *next_in_bucket;
  struct channel_link control, data;
  uint8_t pending;
  /* Answered STARTED, or needs no such answer. */
  bool started;
  bool pty;
  bool exited, exit_sent;
  uint8_t exit_kind, failed_step;
  uint32_t exit_value, failed_errno;
  /* The main process until it was reaped, 0 else. */
  pid_t pid;
  /* Where a child reports why it could not start (process), or the socket that connects (dial). */
  struct source status;
  /* Dial: the addresses not tried yet. */
  uint8_t dial_next;
  uint16_t dial_port;
  struct inlet in;
  struct outlet out[2];
};

extern uint32_t channel_count;

struct channel *channel_find(uint32_t id);
/* NULL when there is no memory. The caller has checked the id and the limit. */
struct channel *channel_open(uint32_t id, enum channel_kind kind);
/* Ends the engine's interest: output is drained to nowhere, stdin closed, file operations told to stop. */
void channel_discard(struct channel *channel);
void channel_discard_all(void);

void channel_started(struct channel *channel);
void channel_failed(struct channel *channel, int error, enum step step);
/* The work is over; EXIT follows the output that is still to be sent. */
void channel_exit(struct channel *channel, enum exit_kind kind, uint32_t value);
/* A socket whose two directions have both ended is over. */
void channel_half_closed(struct channel *channel);
void channel_wants(struct channel *channel, uint8_t pending);
void channel_has_data(struct channel *channel);

/* What most likely is followed by more within a moment, such as the end of a stream by the end of its process. */
void channel_has_end(struct channel *channel);

/* Whether something has to go out now. Starts and ends wait a moment, so that a short command is one write and not three. */
bool channel_is_due(void);
/* The wait of a loop that would wait `wait_ms` (-1: for ever), cut short by what may not be held back longer. */
int channel_wait_ms(int wait_ms);
/* Puts what waits into the link's buffer while there is room: small control frames first, then data in turn. */
void channel_send_due(void);

#endif
