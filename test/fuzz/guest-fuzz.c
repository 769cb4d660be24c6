/*
 * A deterministic mutation fuzzer for the guest agent's frame scanner and everything behind it that parses what the
 * engine sends: it links the agent's own sources, with the few system calls replaced that would leave the process.
 * Usage: guest-fuzz SEED INPUTS
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "channel.h"
#include "crc.h"
#include "frame.h"
#include "guest-fuzz.h"
#include "link.h"
#include "loop.h"
#include "path.h"
#include "process.h"
#include "request.h"
#include "user.h"

enum { STREAM_MAX = 1 << 18, FRAMES_MAX = 5 };

static size_t put_text(uint8_t *at, const char *text) {
  size_t length = strlen(text);
  put32(at, (uint32_t)length);
  memcpy(at + 4, text, length + 1);
  return length + 5;
}

static const char *word(void) {
  static const char *const words[] = {"", "root", "nobody", "a/../b", "/", "../../..", "/etc/passwd", "localhost", "127.0.0.1", "::1", "A=B", "sh"};
  return words[any(sizeof words / sizeof *words)];
}

static size_t spawn_request(uint8_t *at) {
  size_t n = 0;
  at[n++] = OPERATION_SPAWN;
  uint8_t options = (uint8_t)any(8);
  at[n++] = options;
  memset(at + n, (int)any(256), 12);
  n += 12;
  n += put_text(at + n, word());
  n += put_text(at + n, word());
  uint8_t limits = (uint8_t)any(3);
  at[n++] = limits;
  for (; limits > 0; limits--, n += 9) memset(at + n, (int)any(6), 9);
  for (int list = 0; list < 2; list++) {
    uint32_t count = any(4) + (list == 0 && any(8) != 0);
    put32(at + n, count);
    n += 4;
    for (; count > 0; count--) n += put_text(at + n, word());
  }
  if (options & SPAWN_SCRIPT) {
    uint32_t length = any(20);
    put32(at + n, length);
    n += 4 + length;
  }
  return n;
}

static size_t file_request(uint8_t *at) {
  size_t n = 0;
  at[n++] = OPERATION_FILE;
  at[n++] = (uint8_t)any(10);
  at[n++] = (uint8_t)any(4);
  for (int field = 0; field < 8; field++, n += 4) put32(at + n, any(3) ? any(5000) : UINT32_MAX);
  for (int text = 0; text < 4; text++) n += put_text(at + n, word());
  return n;
}

static size_t small_request(uint8_t *at) {
  size_t n = any(30);
  for (size_t i = 0; i < n; i++) at[i] = (uint8_t)any(any(2) ? 4 : 256);
  return n;
}

static size_t raw_request(uint8_t *at) {
  uint16_t count = (uint16_t)any(4);
  size_t n = 2;
  put16(at, count);
  for (; count > 0; count--) {
    at[n++] = (uint8_t)any(2);
    n += put_text(at + n, word());
    uint32_t length = any(9);
    put32(at + n, length);
    n += 4 + length;
  }
  return n;
}

static void mutate(uint8_t *bytes, size_t count) {
  static const uint8_t telling[] = {0, 1, 0x7F, 0x80, 0xFF, MAGIC_0, MAGIC_1};
  for (uint32_t i = any(6); i > 0 && count > 0; i--) {
    uint8_t *at = bytes + any((uint32_t)count);
    *at = any(2) ? telling[any(sizeof telling)] : (uint8_t)(*at ^ 1u << any(8));
  }
}

/* One frame; its payload may be damaged and its checksum right, or anything in it damaged. */
static size_t build_frame(uint8_t *at) {
  static const uint8_t types[] = {REQUEST_PING, REQUEST_OPEN, REQUEST_OPEN, REQUEST_OPEN, REQUEST_DATA, REQUEST_END, REQUEST_ACK, REQUEST_SIGNAL, REQUEST_RESIZE, REQUEST_RELEASE, REQUEST_RAW_WRITE, REQUEST_RAW_READ, REQUEST_SIGNAL_ALL, REQUEST_SHUTDOWN};
  uint8_t *payload = at + HEADER_BYTES;
  uint8_t type = any(60) == 0 ? REQUEST_HELLO : any(50) == 0 ? (uint8_t)any(256) : types[any(sizeof types)];
  size_t length;
  if (type == REQUEST_HELLO) length = NONCE_BYTES + 2, memset(payload, 0, length);
  else if (type == REQUEST_OPEN) length = any(2) ? spawn_request(payload) : any(4) ? file_request(payload) : small_request(payload);
  else if (type == REQUEST_RAW_WRITE) length = raw_request(payload);
  else if (type == REQUEST_RAW_READ) length = put_text(payload, word());
  else if (type == REQUEST_DATA && any(100) == 0) length = 8 + any(PAYLOAD_MAX - 8), memset(payload, 0, length);
  else length = small_request(payload);
  if (any(3) == 0) mutate(payload, type == REQUEST_HELLO ? 0 : length);
  if (any(12) == 0) length -= length > 3 ? 1 + any(3) : 0;
  frame_seal(at, 0, type, (uint8_t)(type == REQUEST_OPEN ? any(16) == 0 : any(8) ? any(3) : any(256)), any(40), (uint32_t)length);
  size_t size = HEADER_BYTES + length;
  if (any(8) == 0) mutate(at, size);
  return size;
}

static size_t build_stream(uint8_t *stream) {
  size_t count = 0;
  for (uint32_t i = 1 + any(FRAMES_MAX); i > 0 && count + FRAME_MAX + 64 < STREAM_MAX; i--) {
    if (any(6) == 0) count += small_request(stream + count);
    count += build_frame(stream + count);
    if (any(10) == 0) count -= any((uint32_t)(count < 20 ? count : 20));
  }
  return count;
}

/* Scans in pieces as a pipe delivers them; answers a digest of the frames found. */
static uint32_t scan(const uint8_t *stream, size_t count, bool in_pieces, bool handle) {
  size_t start = 0, end = in_pieces ? 0 : count;
  uint32_t digest = 0;
  for (;;) {
    struct frame frame;
    size_t used;
    /* A copy of the exact size, so that one byte read too many is seen. */
    size_t length = end - start;
    uint8_t *bytes = malloc(length + (length == 0));
    if (bytes == NULL) abort();
    memcpy(bytes, stream + start, length);
    bool found = frame_scan(bytes, length, 0, &frame, &used);
    if (used > length) abort();
    start += used;
    if (found) {
      uint8_t head[] = {frame.type, frame.flags};
      digest = crc_update(crc_update(digest, head, sizeof head), frame.payload, frame.length);
      if (handle) request_handle(&frame);
    }
    free(bytes);
    if (!found && end == count) return digest;
    if (!found) end += 1 + any((uint32_t)(count - end));
  }
}

static void exercise_small_parsers(void) {
  char resolved[PATH_MAX], text[64];
  uint32_t length = any(sizeof text);
  for (uint32_t i = 0; i < length; i++) text[i] = "/./.a:0"[any(7)];
  text[length] = '\0';
  if (path_resolve(any(2) ? "/" : "/home/x", text, resolved) == 0) {
    if (resolved[0] != '/' || strstr(resolved, "//") != NULL || strstr(resolved, "/../") != NULL) abort();
    if (path_parent_length(resolved) < 1) abort();
  }
  struct identity identity;
  if (any(100) == 0) identity_find(any(2) ? text : word(), &identity);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  fuzz_state = strtoull(argv[1], NULL, 10) * 0x9E3779B97F4A7C15u + 1;
  unsigned long inputs = strtoul(argv[2], NULL, 10);
  static uint8_t stream[STREAM_MAX];
  int nowhere = memfd_create("out", MFD_CLOEXEC);
  if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0) return 2;
  host_mode = true;
  crc_prepare();
  loop_prepare();
  link_prepare();
  uint8_t hello[HEADER_BYTES + NONCE_BYTES + 2] = {0};
  frame_seal(hello, 0, REQUEST_HELLO, 0, 0, NONCE_BYTES + 2);
  scan(hello, sizeof hello, false, true);
  for (unsigned long i = 0; i < inputs; i++) {
    size_t count = build_stream(stream);
    if (i % 16 == 0 && scan(stream, count, false, false) != scan(stream, count, true, false)) abort();
    scan(stream, count, any(2), true);
    exercise_small_parsers();
    if (any(4) == 0) loop_wait(0);
    for (pid_t back = 1; back < 12; back++) to_reap = next_pid - back, process_reap();
    link_send();
    loop_free_now();
    if (channel_count > CHANNELS_MAX) abort();
    if (lseek(STDOUT_FILENO, 0, SEEK_CUR) > 1 << 20 && lseek(STDOUT_FILENO, 0, SEEK_SET) < 0) abort();
  }
  scan(hello, sizeof hello, false, true);
  channel_discard_all();
  loop_free_now();
  fprintf(stderr, "%lu inputs, %ld processes\n", inputs, (long)(next_pid - 100000));
  return 0;
}
