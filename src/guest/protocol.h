/* The numbers of the wire format. PROTOCOL.md explains them; src/engine/agent/frame.ts is the other side. */
#ifndef THAW_PROTOCOL_H
#define THAW_PROTOCOL_H

#define AGENT_VERSION "0.1.0"

enum {
  PROTOCOL_VERSION = 1,
  MAGIC_0 = 0xA7,
  MAGIC_1 = 0x5A,
  HEADER_BYTES = 16,
  PAYLOAD_MAX = 65536,
  FRAME_MAX = HEADER_BYTES + PAYLOAD_MAX,
  NONCE_BYTES = 16,
  REQUEST_MAX = 4 << 20,
  CHANNELS_MAX = 1024,
  PROCESSES_MAX = 8192,
  OUTPUT_WINDOW = 256 << 10,
  INPUT_WINDOW = 64 << 10,
  DATA_MAX = 32 << 10
};

enum request_type {
  REQUEST_HELLO = 0x01,
  REQUEST_PING = 0x02,
  REQUEST_OPEN = 0x10,
  REQUEST_DATA = 0x11,
  REQUEST_END = 0x12,
  REQUEST_ACK = 0x13,
  REQUEST_SIGNAL = 0x14,
  REQUEST_RESIZE = 0x15,
  REQUEST_RELEASE = 0x16,
  REQUEST_RAW_WRITE = 0x20,
  REQUEST_RAW_READ = 0x21,
  REQUEST_SIGNAL_ALL = 0x22,
  REQUEST_SHUTDOWN = 0x23,
  REQUEST_DIRECT = 0x24
};

enum reply_type {
  REPLY_HELLO = 0x81,
  REPLY_PONG = 0x82,
  REPLY_STARTED = 0x90,
  REPLY_FAILED = 0x91,
  REPLY_DATA = 0x92,
  REPLY_END = 0x93,
  REPLY_ACK = 0x94,
  REPLY_EXIT = 0x95,
  REPLY_DONE = 0xA0
};

/* Flags of OPEN and ACK. DATA, END and ACK carry the stream's number in the low bits. */
enum { OPEN_MORE = 1, ACK_READER_GONE = 0x80, STREAM_MASK = 0x0F };

enum operation { OPERATION_SPAWN = 1, OPERATION_FILE = 2, OPERATION_DIAL = 3, OPERATION_RESOLVER = 4, OPERATION_HANDOVER = 5 };
enum spawn_option { SPAWN_STDIN = 1, SPAWN_PTY = 2, SPAWN_SCRIPT = 4 };
enum exit_kind { EXIT_CODE = 0, EXIT_SIGNAL = 1, EXIT_ERRNO = 2 };

enum file_verb {
  FILE_STAT = 1,
  FILE_READ = 2,
  FILE_WRITE = 3,
  FILE_LIST = 4,
  FILE_MKDIR = 5,
  FILE_MOVE = 6,
  FILE_REMOVE = 7,
  FILE_PORTS = 8
};

/* Where a request failed, beside its errno. */
enum step {
  STEP_NONE = 0,
  STEP_REQUEST = 1,
  STEP_LIMIT = 2,
  STEP_FORK = 3,
  STEP_PIPE = 4,
  STEP_PTY = 5,
  STEP_USER = 6,
  STEP_CREDENTIALS = 7,
  STEP_RLIMIT = 8,
  STEP_CWD = 9,
  STEP_SCRIPT = 10,
  STEP_EXEC = 11,
  STEP_CONNECT = 12,
  STEP_OPEN = 13,
  STEP_TYPE = 14,
  STEP_READ = 15,
  STEP_WRITE = 16,
  STEP_RENAME = 17,
  STEP_MKDIR = 18,
  STEP_REMOVE = 19,
  STEP_SHORT = 20,
  STEP_HOST = 21
};

#endif
