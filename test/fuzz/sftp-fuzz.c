/* Feeds made-up and damaged SFTP sessions to the server, in a root of its own and without rights: sftp-fuzz SEED COUNT DIR. */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sftp-server.h"

enum { NOBODY = 65534, SESSION_MAX = 64 * 1024, REQUESTS_MAX = 24, FILE_MAX_BYTES = 1 << 20 };

static uint64_t state;
static uint8_t session[SESSION_MAX];
static size_t length;
static unsigned long answered[2];

static uint32_t roll(uint32_t below) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 33) % below;
}

static void put8(uint32_t value) {
  if (length < SESSION_MAX) session[length++] = (uint8_t)value;
}

static void put32(uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) put8(value >> shift);
}

static void put64(void) {
  put32(roll(4) == 0 ? roll(1u << 31) * 2 : 0);
  put32(roll(4) == 0 ? roll(1u << 31) * 2 : roll(64));
}

static void put_text(const char *text) {
  put32((uint32_t)strlen(text));
  while (*text != '\0') put8((uint8_t)*text++);
}

static void put_path(void) {
  static const char *const paths[] = {"a", "b", "d", "d/c", "/", ".", "", "..", "../../x", "l", "d/../a", "~", "~x", "//d//", "missing/x"};
  static char longest[5000];
  memset(longest, 'n', sizeof longest - 1);
  put_text(roll(40) == 0 ? longest : paths[roll(sizeof paths / sizeof *paths)]);
}

static void put_handle(void) {
  put32(8);
  put32(roll(8) == 0 ? roll(300) : roll(3));
  put32(1 + roll(6));
}

static void put_attributes(void) {
  uint32_t flags = roll(16) | (roll(8) == 0 ? 0x80000000u : 0);
  put32(flags);
  if (flags & 1) put64();
  if (flags & 2) put32(roll(4)), put32(roll(4));
  if (flags & 4) put32(roll(1u << 16));
  if (flags & 8) put32(roll(1u << 31)), put32(roll(1u << 31));
  if (flags & 0x80000000u) put32(roll(3)), put_text("x"), put_text("y");
}

static void put_data(void) {
  uint32_t count = roll(300);
  put32(count);
  for (uint32_t i = 0; i < count; i++) put8(roll(256));
}

static void put_extension(void) {
  static const char *const names[] = {"posix-rename@openssh.com", "statvfs@openssh.com", "fstatvfs@openssh.com", "hardlink@openssh.com",
                                      "fsync@openssh.com", "lsetstat@openssh.com", "limits@openssh.com", "expand-path@openssh.com", "nothing"};
  uint32_t which = roll(sizeof names / sizeof *names);
  put_text(names[which]);
  if (which == 2 || which == 4) put_handle();
  else put_path();
  if (which == 5) put_attributes();
  else put_path();
}

static void put_body(uint32_t type) {
  switch (type) {
    case 3: put_path(), put32(roll(4) == 0 ? roll(1u << 31) : roll(64)), put_attributes(); break;
    case 5: put_handle(), put64(), put32(roll(3) == 0 ? roll(1u << 31) * 2 : roll(4096)); break;
    case 6: put_handle(), put64(), put_data(); break;
    case 4: case 8: case 12: put_handle(); break;
    case 10: put_handle(), put_attributes(); break;
    case 9: case 14: put_path(), put_attributes(); break;
    case 18: case 20: put_path(), put_path(); break;
    case 200: put_extension(); break;
    default: put_path(); break;
  }
}

static void make_session(void) {
  length = 0;
  for (uint32_t count = 1 + roll(REQUESTS_MAX); count > 0; count--) {
    size_t start = length;
    uint32_t type = roll(12) == 0 ? 200 : roll(22) == 0 ? roll(256) : 1 + roll(20);
    put32(0);
    put8(type);
    put32(roll(1000));
    put_body(type);
    size_t end = length;
    length = start;
    put32((uint32_t)(end - start - 4));
    length = end;
  }
  /* One session in two is damaged. */
  if (roll(2) == 0) return;
  for (uint32_t count = 1 + roll(4); count > 0; count--) session[roll((uint32_t)length)] = (uint8_t)roll(256);
  if (roll(3) == 0) length = roll((uint32_t)length) + 1;
}

static void give_up_rights(const char *dir) {
  struct rlimit limit = {FILE_MAX_BYTES, FILE_MAX_BYTES};
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
  if (chroot(dir) < 0 || chdir("/home") < 0 || setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0) {
    perror("rights");
    exit(2);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  state = strtoull(argv[1], NULL, 10);
  int in = memfd_create("session", 0), out = open("/dev/null", O_WRONLY);
  if (in < 0 || out < 0) return 2;
  give_up_rights(argv[3]);
  for (unsigned long left = strtoul(argv[2], NULL, 10); left > 0; left--) {
    make_session();
    if (ftruncate(in, 0) < 0 || pwrite(in, session, length, 0) != (ssize_t)length || lseek(in, 0, SEEK_SET) != 0) return 2;
    answered[sftp_serve(in, out) == 0 ? 0 : 1]++;
  }
  /* Whatever was open is closed again. */
  int next = dup(out);
  printf("%lu whole, %lu cut, next descriptor %d\n", answered[0], answered[1], next);
  return 0;
}
