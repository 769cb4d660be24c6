/* Dispatch of frames. Before the first HELLO nothing but HELLO is heard. */
#include "request.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "dial.h"
#include "direct.h"
#include "file.h"
#include "handover.h"
#include "inlet.h"
#include "link.h"
#include "outlet.h"
#include "process.h"
#include "raw.h"
#include "resolver.h"
#include "shutdown.h"
#include "spawn.h"

bool host_mode;

static bool in_session;
static uint8_t *parts;
static uint32_t parts_length, parts_channel;

static void drop_parts(void) {
  free(parts);
  parts = NULL;
  parts_length = parts_channel = 0;
}

static void hello(const struct frame *frame) {
  if (frame->length != NONCE_BYTES + 2) return;
  drop_parts();
  direct_close();
  channel_discard_all();
  in_session = true;
  uint8_t reply[NONCE_BYTES + 16 + sizeof AGENT_VERSION];
  memcpy(reply, frame->payload, NONCE_BYTES);
  put16(reply + NONCE_BYTES, PROTOCOL_VERSION);
  put32(reply + NONCE_BYTES + 2, process_commands());
  put32(reply + NONCE_BYTES + 6, (uint32_t)getpid());
  memcpy(reply + NONCE_BYTES + 10, AGENT_VERSION, sizeof AGENT_VERSION - 1);
  link_reply(REPLY_HELLO, 0, 0, reply, NONCE_BYTES + 10 + sizeof AGENT_VERSION - 1);
  link_set_seed(get32(frame->payload));
}

static void open_channel(uint32_t id, struct reader *request) {
  uint8_t operation = take8(request);
  uint8_t failure[5] = {EINVAL, 0, 0, 0, STEP_REQUEST};
  if (channel_find(id) != NULL) return;
  struct channel *channel = NULL;
  if (channel_count >= CHANNELS_MAX) failure[4] = STEP_LIMIT, failure[0] = EAGAIN;
  else if (operation == OPERATION_SPAWN) channel = channel_open(id, CHANNEL_PROCESS);
  else if (operation == OPERATION_FILE) channel = channel_open(id, CHANNEL_FILE);
  else if (operation == OPERATION_DIAL || operation == OPERATION_RESOLVER || operation == OPERATION_HANDOVER) channel = channel_open(id, CHANNEL_DIAL);
  if (channel == NULL) {
    link_reply(REPLY_FAILED, 0, id, failure, sizeof failure);
    return;
  }
  if (operation == OPERATION_SPAWN) spawn_open(channel, request);
  else if (operation == OPERATION_FILE) file_open(channel, request);
  else if (operation == OPERATION_HANDOVER) handover_open(channel, request);
  else if (operation == OPERATION_RESOLVER) resolver_open(channel, request);
  else dial_open(channel, request);
}

/* A request longer than a frame comes in frames that follow one another; only one such is under way at a time. */
static void open_part(const struct frame *frame) {
  bool more = frame->flags & OPEN_MORE;
  if (parts != NULL && parts_channel != frame->channel) drop_parts();
  if (parts == NULL && !more) {
    struct reader request = {frame->payload, frame->length, false};
    open_channel(frame->channel, &request);
    return;
  }
  if (parts == NULL) parts = malloc(REQUEST_MAX);
  parts_channel = frame->channel;
  bool fits = parts != NULL && frame->length <= REQUEST_MAX - parts_length;
  if (fits) memcpy(parts + parts_length, frame->payload, frame->length);
  if (fits) parts_length += frame->length;
  if (more && fits) return;
  struct reader request = {parts, fits ? parts_length : 0, !fits};
  open_channel(frame->channel, &request);
  drop_parts();
}

static void on_channel(struct channel *channel, const struct frame *frame) {
  struct reader r = {frame->payload, frame->length, false};
  int stream = frame->flags & STREAM_MASK;
  uint64_t offset;
  uint32_t number;
  switch (frame->type) {
    case REQUEST_DATA:
      offset = take64(&r);
      if (!r.bad) inlet_data(&channel->in, offset, r.next, (uint32_t)r.left);
      break;
    case REQUEST_END:
      inlet_end(&channel->in);
      break;
    case REQUEST_ACK:
      offset = take64(&r);
      if (!r.bad && (stream == 1 || stream == 2)) outlet_acknowledge(&channel->out[stream - 1], offset);
      break;
    case REQUEST_SIGNAL:
      number = take32(&r);
      if (!r.bad && number <= 64) process_signal(channel, (int)number);
      break;
    case REQUEST_RESIZE:
      number = take32(&r);
      if (!r.bad) process_resize(channel, (uint16_t)number, (uint16_t)(number >> 16));
      break;
    case REQUEST_RELEASE:
      channel_discard(channel);
      break;
    default:
      break;
  }
}

static void signal_all(const struct frame *frame) {
  uint8_t reply[6] = {EINVAL};
  if (frame->length == 4 && get32(frame->payload) <= 64) {
    /* kill(-1) of a host helper would reach the whole host. */
    bool allowed = getpid() == 1 && !host_mode;
    put32(reply, (uint32_t)(allowed ? process_signal_all((int)get32(frame->payload)) : EPERM));
  }
  link_reply(REPLY_DONE, 0, frame->channel, reply, sizeof reply);
}

void request_handle(const struct frame *frame) {
  if (frame->type == REQUEST_HELLO) hello(frame);
  if (!in_session) return;
  struct channel *channel;
  switch (frame->type) {
    case REQUEST_PING:
      if (frame->length <= 64) link_reply(REPLY_PONG, 0, frame->channel, frame->payload, frame->length);
      break;
    case REQUEST_OPEN:
      open_part(frame);
      break;
    case REQUEST_RAW_WRITE:
      raw_write(frame);
      break;
    case REQUEST_RAW_READ:
      raw_read(frame);
      break;
    case REQUEST_SIGNAL_ALL:
      signal_all(frame);
      break;
    case REQUEST_DIRECT:
      direct_offer(frame);
      break;
    case REQUEST_SHUTDOWN:
      if (frame->length == 4) shutdown_begin(get32(frame->payload));
      break;
    default:
      channel = channel_find(frame->channel);
      if (channel != NULL) on_channel(channel, frame);
      break;
  }
}
