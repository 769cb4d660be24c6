/* Operation 5: a command that runs on a channel goes over to a job's supervisor, which waits for it. The channel keeps its
   process: signals still reach the group, and EXIT comes when it ends. */
#include "handover.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inlet.h"
#include "job.h"
#include "outlet.h"
#include "process.h"

/* Everything of a ring from `offset` on. */
static int put_rest(int fd, const struct ring *ring, uint64_t offset, uint32_t *left) {
  struct iovec pieces[2];
  if (offset < ring->start || offset > ring->end) return EINVAL;
  *left = (uint32_t)(ring->end - offset);
  if (*left == 0) return 0;
  int count = ring_pieces(ring, offset, *left, pieces);
  return writev(fd, pieces, count) == (ssize_t)*left ? 0 : EIO;
}

static int hand_over(struct channel *channel, const char *dir, const uint64_t consumed[2]) {
  if (channel == NULL || channel->kind != CHANNEL_PROCESS || channel->pty || !channel->started) return EINVAL;
  if (channel->pid <= 0 || channel->exited) return ESRCH;
  struct handover facts = {.pid = (uint32_t)channel->pid, .input_ended = channel->in.ended};
  int fds[HANDOVER_FDS_MAX] = {-1, -1, channel->out[0].source.fd, channel->out[1].source.fd, channel->in.source.fd};
  int status[2] = {-1, -1};
  int error = 0, socket = job_connect(dir, 0);
  if (socket < 0) return errno;
  fds[HANDOVER_REST] = memfd_create("rest", MFD_CLOEXEC);
  if (fds[HANDOVER_REST] < 0 || pipe2(status, O_CLOEXEC | O_NONBLOCK) < 0) error = errno;
  fds[HANDOVER_STATUS] = status[0];
  for (int i = 0; i < 2 && error == 0; i++) error = put_rest(fds[HANDOVER_REST], &channel->out[i].ring, consumed[i], &facts.left[i]);
  if (error == 0) error = put_rest(fds[HANDOVER_REST], &channel->in.ring, channel->in.ring.start, &facts.left[2]);
  if (error == 0 && lseek(fds[HANDOVER_REST], 0, SEEK_SET) < 0) error = errno;
  if (error == 0) error = handover_send(socket, &facts, fds);
  close(socket);
  if (status[0] >= 0) close(status[0]);
  if (fds[HANDOVER_REST] >= 0) close(fds[HANDOVER_REST]);
  if (error == 0 && process_report_to(channel, status[1])) {
    for (int i = 0; i < 2; i++) outlet_give(&channel->out[i]);
    inlet_close(&channel->in);
    return 0;
  }
  if (status[1] >= 0) close(status[1]);
  return error == 0 ? ESRCH : error;
}

void handover_open(struct channel *channel, struct reader *request) {
  struct channel *process = channel_find(take32(request));
  uint64_t consumed[2];
  consumed[0] = take64(request);
  consumed[1] = take64(request);
  const char *dir = take_string(request);
  int error = request->bad || request->left != 0 ? EINVAL : hand_over(process, dir, consumed);
  if (error != 0) {
    channel_failed(channel, error, STEP_CONNECT);
    return;
  }
  channel_started(channel);
  channel_exit(channel, EXIT_CODE, 0);
}
