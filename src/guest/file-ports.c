/* Listening TCP ports, from the kernel's own tables of this network namespace. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "file.h"

enum { LISTENING = 0x0A, RECORD_BYTES = 31, PORTS_MAX = 4096 };

static int emitted;

static void emit(int family, const uint32_t address[4], unsigned port, unsigned long uid, uint64_t inode) {
  uint8_t record[RECORD_BYTES];
  if (emitted++ >= PORTS_MAX) return;
  record[0] = (uint8_t)family;
  put16(record + 1, (uint16_t)port);
  put32(record + 3, (uint32_t)uid);
  put64(record + 7, inode);
  /* The table shows each word of the address as the machine holds it; in memory it is in network order. */
  memcpy(record + 15, address, 16);
  file_write_all(STDOUT_FILENO, record, sizeof record);
}

static void scan(const char *path, int family) {
  FILE *table = fopen(path, "re");
  char line[512];
  if (table == NULL) return;
  while (fgets(line, sizeof line, table) != NULL) {
    uint32_t address[4] = {0};
    unsigned port, state;
    unsigned long uid;
    uint64_t inode;
    int found = family == 4
                    ? sscanf(line, " %*d: %8" SCNx32 ":%x %*s %x %*s %*s %*s %lu %*d %" SCNu64, &address[0], &port,
                             &state, &uid, &inode)
                    : sscanf(line, " %*d: %8" SCNx32 "%8" SCNx32 "%8" SCNx32 "%8" SCNx32 ":%x %*s %x %*s %*s %*s %lu %*d %" SCNu64,
                             &address[0], &address[1], &address[2], &address[3], &port, &state, &uid, &inode);
    if (found == (family == 4 ? 5 : 8) && state == LISTENING) emit(family, address, port, uid, inode);
  }
  fclose(table);
}

_Noreturn void file_ports(struct file_request *request) {
  scan("/proc/net/tcp", 4);
  scan("/proc/net/tcp6", 6);
  file_answer(request, NULL, 0);
}
