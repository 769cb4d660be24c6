/* The table of channels, and the two queues from which the link is fed fairly. */
#include "channel.h"

#include <stddef.h>
#include <stdlib.h>

#include "inlet.h"
#include "link.h"
#include "outlet.h"
#include "process.h"

enum { BUCKETS = 1024, DATA_BACKLOG = PAYLOAD_MAX, CONTROL_BACKLOG = 3 * FRAME_MAX - 4096, HOLD_MS = 2 };

uint32_t channel_count;

static struct channel *buckets[BUCKETS];
static struct channel_link control = {&control, &control}, data = {&data, &data};
/* Set while the queues hold something that may not wait; otherwise they are sent at `held_until` (0: nothing held). */
static bool urgent;
static int64_t held_until;

#define CHANNEL_OF(link, member) ((struct channel *)(void *)((char *)(link)-offsetof(struct channel, member)))

static void leave(struct channel_link *link) {
  if (link->next == NULL) return;
  link->next->previous = link->previous;
  link->previous->next = link->next;
  link->next = link->previous = NULL;
}

static void enter(struct channel_link *queue, struct channel_link *link) {
  if (link->next != NULL) return;
  link->previous = queue->previous;
  link->next = queue;
  queue->previous->next = link;
  queue->previous = link;
}

struct channel *channel_find(uint32_t id) {
  struct channel *channel = buckets[id % BUCKETS];
  while (channel != NULL && channel->id != id) channel = channel->next_in_bucket;
  return channel;
}

struct channel *channel_open(uint32_t id, enum channel_kind kind) {
  struct channel *channel = calloc(1, sizeof *channel);
  if (channel == NULL) return NULL;
  channel->id = id;
  channel->kind = kind;
  channel->status.fd = -1;
  inlet_none(&channel->in, channel);
  for (int i = 0; i < 2; i++) {
    channel->out[i].source.fd = -1;
    channel->out[i].channel = channel;
    channel->out[i].end_sent = true;
  }
  channel->next_in_bucket = buckets[id % BUCKETS];
  buckets[id % BUCKETS] = channel;
  channel_count++;
  return channel;
}

void channel_discard(struct channel *channel) {
  struct channel **at = &buckets[channel->id % BUCKETS];
  while (*at != channel) at = &(*at)->next_in_bucket;
  *at = channel->next_in_bucket;
  channel_count--;
  leave(&channel->control);
  leave(&channel->data);
  process_forget_channel(channel);
  source_close(&channel->status);
  inlet_close(&channel->in);
  /* What a socket still sends concerns nobody; a process must not notice that nobody listens. */
  for (int i = 0; i < 2; i++) {
    if (channel->kind == CHANNEL_DIAL) source_close(&channel->out[i].source);
    outlet_discard(&channel->out[i]);
  }
  leave(&channel->data);
  leave(&channel->control);
  loop_free_later(channel);
}

void channel_discard_all(void) {
  for (int i = 0; i < BUCKETS; i++)
    while (buckets[i] != NULL) channel_discard(buckets[i]);
}

void channel_wants(struct channel *channel, uint8_t pending) {
  channel->pending |= pending;
  enter(&control, &channel->control);
  urgent = true;
}

void channel_has_data(struct channel *channel) {
  enter(&data, &channel->data);
  urgent = true;
}

static void hold(void) {
  if (held_until == 0) held_until = loop_now_ms() + HOLD_MS;
}

void channel_has_end(struct channel *channel) {
  enter(&data, &channel->data);
  if (channel->kind == CHANNEL_PROCESS && !channel->exited) hold();
  else urgent = true;
}

bool channel_is_due(void) { return urgent || (held_until != 0 && loop_now_ms() >= held_until); }

int channel_wait_ms(int wait_ms) {
  if (held_until == 0) return wait_ms;
  int64_t left = held_until - loop_now_ms();
  int most = left < 0 ? 0 : (int)left;
  return wait_ms < 0 || wait_ms > most ? most : wait_ms;
}

void channel_started(struct channel *channel) {
  channel->started = true;
  channel->pending |= PENDING_STARTED;
  enter(&control, &channel->control);
  enter(&data, &channel->data);
  /* The engine waits for it to send input; without input it waits for the output and the end. */
  bool has_output = channel->out[0].ring.end > 0 || channel->out[1].ring.end > 0;
  if (channel->kind == CHANNEL_PROCESS && channel->in.source.fd < 0 && !has_output) hold();
  else urgent = true;
}

void channel_failed(struct channel *channel, int error, enum step step) {
  channel->failed_errno = (uint32_t)error;
  channel->failed_step = (uint8_t)step;
  channel_wants(channel, PENDING_FAILED);
}

void channel_exit(struct channel *channel, enum exit_kind kind, uint32_t value) {
  channel->exited = true;
  channel->exit_kind = (uint8_t)kind;
  channel->exit_value = value;
  channel_has_data(channel);
}

void channel_half_closed(struct channel *channel) {
  bool open = channel->in.source.fd >= 0 || channel->out[0].state != OUTLET_ENDED;
  if (channel->kind == CHANNEL_DIAL && !open && !channel->exited) channel_exit(channel, EXIT_CODE, 0);
}

static void send_control(struct channel *channel) {
  uint8_t payload[8];
  uint8_t pending = channel->pending;
  channel->pending = 0;
  if (pending & PENDING_FAILED) {
    put32(payload, channel->failed_errno);
    payload[4] = channel->failed_step;
    link_reply(REPLY_FAILED, 0, channel->id, payload, 5);
    channel_discard(channel);
    return;
  }
  if (pending & PENDING_STARTED) {
    put32(payload, (uint32_t)channel->pid);
    link_reply(REPLY_STARTED, 0, channel->id, payload, 4);
  }
  if (pending & PENDING_ACK) {
    channel->in.acknowledged = channel->in.ring.start;
    put64(payload, channel->in.acknowledged);
    link_reply(REPLY_ACK, channel->in.gone ? ACK_READER_GONE : 0, channel->id, payload, 8);
  }
}

static void send_stream(struct channel *channel, int number) {
  struct outlet *outlet = &channel->out[number - 1];
  uint64_t left = outlet->ring.end - outlet->sent;
  if (left > 0) {
    uint32_t count = left < DATA_MAX ? (uint32_t)left : DATA_MAX;
    uint8_t *at = link_reserve(8 + (size_t)count);
    if (at == NULL) return;
    struct iovec pieces[2];
    ring_pieces(&outlet->ring, outlet->sent, count, pieces);
    put64(at, outlet->sent);
    memcpy(at + 8, pieces[0].iov_base, pieces[0].iov_len);
    memcpy(at + 8 + pieces[0].iov_len, pieces[1].iov_base, pieces[1].iov_len);
    link_commit(REPLY_DATA, (uint8_t)number, channel->id, 8 + count);
    outlet->sent += count;
  } else if (outlet->state == OUTLET_ENDED && !outlet->end_sent && !channel->exited) {
    uint8_t payload[8];
    put64(payload, outlet->sent);
    link_reply(REPLY_END, (uint8_t)number, channel->id, payload, 8);
    outlet->end_sent = true;
  }
}

static bool has_more(const struct channel *channel, int number) {
  const struct outlet *outlet = &channel->out[number - 1];
  return outlet->sent < outlet->ring.end ||
         (outlet->state == OUTLET_ENDED && !outlet->end_sent && !channel->exited);
}

static bool is_over(const struct channel *channel) {
  for (int i = 0; i < 2; i++)
    if (channel->out[i].state != OUTLET_ENDED || channel->out[i].sent < channel->out[i].ring.end) return false;
  return channel->exited && !channel->exit_sent;
}

void channel_send_due(void) {
  held_until = 0;
  while (control.next != &control && link_waiting() < CONTROL_BACKLOG) {
    struct channel *channel = CHANNEL_OF(control.next, control);
    leave(&channel->control);
    send_control(channel);
  }
  while (data.next != &data && link_waiting() < DATA_BACKLOG) {
    struct channel *channel = CHANNEL_OF(data.next, data);
    leave(&channel->data);
    if (!channel->started) continue;
    send_stream(channel, 1);
    send_stream(channel, 2);
    if (has_more(channel, 1) || has_more(channel, 2)) {
      enter(&data, &channel->data);
    } else if (is_over(channel)) {
      uint8_t payload[5];
      payload[0] = channel->exit_kind;
      put32(payload + 1, channel->exit_value);
      link_reply(REPLY_EXIT, 0, channel->id, payload, 5);
      channel->exit_sent = true;
    }
  }
  urgent = control.next != &control || data.next != &data;
}
