/* Cuts the input into packets, and writes the replies when no further request is there already. */
#include "sftp-server.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sftp-handle.h"
#include "sftp-request.h"

enum { LENGTH_BYTES = 4, INPUT_MAX = 2 * SFTP_PACKET_MAX };

static uint8_t input[INPUT_MAX];

/* Answers every request that is complete; -1 when the session is to end, else how many bytes were used up. */
static ssize_t answer_all(size_t held, int out) {
  size_t at = 0;
  while (held - at >= LENGTH_BYTES) {
    struct sftp_in header = {.at = input + at, .left = LENGTH_BYTES};
    uint32_t length = sftp_take32(&header);
    if (length > SFTP_PACKET_MAX) return -1;
    if (held - at - LENGTH_BYTES < length) break;
    struct sftp_in packet = {.at = input + at + LENGTH_BYTES, .left = length};
    if (!sftp_make_room(out) || !sftp_answer(&packet)) return -1;
    at += LENGTH_BYTES + length;
  }
  return sftp_flush(out) ? (ssize_t)at : -1;
}

int sftp_serve(int in, int out) {
  size_t held = 0;
  int result = 1;
  sftp_handles_prepare();
  for (;;) {
    ssize_t count = read(in, input + held, sizeof input - held);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      result = count == 0 && held == 0 ? 0 : 1;
      break;
    }
    held += (size_t)count;
    ssize_t used = answer_all(held, out);
    if (used < 0) break;
    held -= (size_t)used;
    memmove(input, input + used, held);
  }
  sftp_handles_close();
  sftp_discard();
  return result;
}
