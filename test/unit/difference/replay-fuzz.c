/*
 * A deterministic mutation fuzzer for the replay of differences: it links the agent's own sources and replays damaged
 * streams into two roots beside a canary that the roots' links point to. The test looks at the canary afterwards.
 * Usage: replay-fuzz SEED INPUTS BASE STREAM...     Prints how many inputs ended with each code.
 */
#include <fcntl.h>
#include <sanitizer/common_interface_defs.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diff-apply.h"
#include "diff-report.h"
#include "diff-tar.h"

enum { INPUT_MAX = 1 << 17, CODES = 6 };

static uint64_t state;
static jmp_buf end;

static uint32_t any(uint32_t below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return below == 0 ? 0 : (uint32_t)(state >> 20) % below;
}

_Noreturn void __wrap_diff_exit(int code);
_Noreturn void __wrap_diff_exit(int code) { longjmp(end, code + 1); }

static bool is_header(const uint8_t *block) {
  struct tar_header header;
  memcpy(&header, block, sizeof header);
  return tar_is_sealed(&header);
}

static const char *evil_name(void) {
  static const char *const names[] = {"../canary/x", "/etc/x",  "escape/x", "escape/",   "..",    "./",         "a/../../canary/secret",
                                      "escape",      "inside/", "inside",   "inside/up", "a//b",  "escape/secret", "inside/up/secret",
                                      "",            ".",       "loop",     "loop/x",    "d/./x", "file",       "file/x"};
  return names[any(sizeof names / sizeof *names)];
}

/* A change inside of a header that keeps its checksum right. */
static void change_header(uint8_t *block) {
  static const char types[] = "0123456xg7L\0";
  struct tar_header header;
  memcpy(&header, block, sizeof header);
  switch (any(8)) {
    case 0:
    case 1: {
      const char *name = evil_name();
      memset(header.name, 0, sizeof header.name);
      memcpy(header.name, name, strlen(name));
      break;
    }
    case 2: {
      const char *name = evil_name();
      memset(header.link, 0, sizeof header.link);
      memcpy(header.link, name, strlen(name));
      break;
    }
    case 3:
      header.type = types[any(sizeof types)];
      break;
    case 4:
      tar_put(header.size, sizeof header.size, any(2) ? any(3000) : state >> any(60));
      break;
    case 5:
      tar_put(header.mode, sizeof header.mode, any(5000));
      break;
    case 6:
      tar_put(header.major, sizeof header.major, any(3));
      break;
    default:
      ((uint8_t *)&header)[any(sizeof header)] = (uint8_t)any(256);
      break;
  }
  tar_seal(&header);
  memcpy(block, &header, sizeof header);
}

/* Records and content: digits become other digits, a key another, a byte anything. */
static void change_body(uint8_t *block) {
  static const char telling[] = "0123456789= \n./%\0\xff";
  uint32_t at = any(any(2) ? 64 : TAR_BLOCK);
  for (uint32_t i = 0; i < TAR_BLOCK && any(2) == 0; i++) {
    uint32_t found = (at + i) % TAR_BLOCK;
    if (block[found] >= '0' && block[found] <= '9') at = found;
  }
  block[at] = any(4) ? (uint8_t)telling[any(sizeof telling)] : (uint8_t)any(256);
}

static size_t mutate(uint8_t *bytes, size_t count) {
  uint32_t blocks = (uint32_t)(count / TAR_BLOCK);
  for (uint32_t i = any(5); i > 0 && blocks > 2; i--) {
    uint32_t from = any(blocks), to = any(blocks), part = 1 + any(4);
    if (part > blocks - from) part = blocks - from;
    uint8_t *block = bytes + (size_t)from * TAR_BLOCK;
    switch (any(10)) {
      case 0: {
        memmove(block, block + (size_t)part * TAR_BLOCK, (size_t)(blocks - from - part) * TAR_BLOCK);
        blocks -= part;
        break;
      }
      case 1: {
        if (part > blocks - to) part = blocks - to;
        memmove(bytes + (size_t)to * TAR_BLOCK, block, (size_t)part * TAR_BLOCK);
        break;
      }
      case 2:
        bytes[any((uint32_t)count)] ^= (uint8_t)(1u << any(8));
        break;
      case 3:
        if (any(4) == 0) blocks = from;
        break;
      default:
        if (is_header(block)) change_header(block);
        else change_body(block);
        break;
    }
  }
  return (size_t)blocks * TAR_BLOCK - (any(50) == 0 && blocks > 0 ? any(TAR_BLOCK) : 0);
}

static void lay_traps(const char *root, const char *canary) {
  char path[512];
  const char *const links[] = {"escape", "a", "d", "new"};
  for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
    snprintf(path, sizeof path, "%s/%s", root, links[i]);
    if (symlink(i % 2 ? "../canary" : canary, path) < 0) continue;
  }
  snprintf(path, sizeof path, "%s/loop", root);
  if (symlink("loop", path) < 0 && access(root, F_OK) < 0) abort();
  snprintf(path, sizeof path, "%s/inside", root);
  mkdir(path, 0755);
  snprintf(path, sizeof path, "%s/inside/up", root);
  if (symlink("../../canary", path) < 0 && access(root, F_OK) < 0) abort();
}

static size_t load(const char *path, uint8_t *bytes) {
  int fd = open(path, O_RDONLY);
  ssize_t count = fd < 0 ? -1 : read(fd, bytes, INPUT_MAX);
  if (count <= 0) abort();
  close(fd);
  return (size_t)count;
}

static int replay(const uint8_t *bytes, size_t count, char **roots, int root_count) {
  int fd = memfd_create("stream", 0);
  if (fd < 0 || write(fd, bytes, count) != (ssize_t)count || lseek(fd, 0, SEEK_SET) != 0) abort();
  if (dup2(fd, STDIN_FILENO) < 0) abort();
  close(fd);
  int ended = setjmp(end);
  int code = ended == 0 ? diff_apply(roots, root_count) : ended - 1;
  diff_apply_release();
  return code;
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  state = strtoull(argv[1], NULL, 10) * 0x9E3779B97F4A7C15u + 1;
  unsigned long inputs = strtoul(argv[2], NULL, 10), codes[CODES] = {0};
  static char paths[3][400];
  static uint8_t bytes[INPUT_MAX];
  char *roots[] = {paths[0], paths[1]};
  const char *const names[] = {"root0", "root1", "canary"};
  for (int i = 0; i < 3; i++) snprintf(paths[i], sizeof paths[i], "%s/%s", argv[3], names[i]);
  int saved = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
  __sanitizer_set_report_fd((void *)(intptr_t)saved);
  dup2(nowhere, STDERR_FILENO);
  umask(0);
  int lowest = dup(nowhere);
  close(lowest);
  for (unsigned long i = 0; i < inputs; i++) {
    if (i % 8 == 0) lay_traps(paths[0], paths[2]), lay_traps(paths[1], paths[2]);
    size_t count = load(argv[4 + any((uint32_t)argc - 4)], bytes);
    if (any(20) != 0) count = mutate(bytes, count);
    int code = replay(bytes, count, roots, any(4) == 0 ? 2 : 1);
    if (code < 0 || code >= CODES) abort();
    codes[code]++;
    /* No descriptor is left open, whatever the end was. */
    int next = dup(nowhere);
    if (next != lowest) abort();
    close(next);
  }
  printf("%lu good, %lu bad, %lu truncated, %lu failed\n", codes[0], codes[2], codes[3], codes[4]);
  return 0;
}
