/* The message of a handover: one packet with its descriptors. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "handover.h"

enum { FACTS_BYTES = 18 };

union control {
  struct cmsghdr align;
  char bytes[CMSG_SPACE(sizeof(int) * HANDOVER_FDS_MAX)];
};

int handover_send(int socket, const struct handover *facts, const int fds[HANDOVER_FDS_MAX]) {
  uint8_t record[FACTS_BYTES];
  int present[HANDOVER_FDS_MAX], count = 0;
  union control control = {0};
  put32(record, facts->pid);
  for (int i = 0; i < 3; i++) put32(record + 4 + 4 * i, facts->left[i]);
  record[16] = facts->input_ended;
  record[17] = 0;
  for (int i = 0; i < HANDOVER_FDS_MAX; i++) {
    if (fds[i] < 0) continue;
    record[17] = (uint8_t)(record[17] | 1u << i);
    present[count++] = fds[i];
  }
  size_t bytes = (size_t)count * sizeof(int);
  struct iovec piece = {record, sizeof record};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = CMSG_SPACE(bytes)};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(bytes);
  memcpy(CMSG_DATA(header), present, bytes);
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof record ? 0 : errno;
}

int handover_receive(int socket, struct handover *facts, int fds[HANDOVER_FDS_MAX]) {
  uint8_t record[FACTS_BYTES];
  int present[HANDOVER_FDS_MAX];
  union control control = {0};
  struct iovec piece = {record, sizeof record};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control};
  ssize_t count;
  do count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  struct cmsghdr *header = count < 0 ? NULL : CMSG_FIRSTHDR(&message);
  if (header == NULL || header->cmsg_type != SCM_RIGHTS) return count < 0 ? errno : EPROTO;
  size_t bytes = header->cmsg_len - CMSG_LEN(0);
  memcpy(present, CMSG_DATA(header), bytes);
  size_t at = 0;
  bool whole = count == FACTS_BYTES && !(message.msg_flags & MSG_CTRUNC);
  for (int i = 0; i < HANDOVER_FDS_MAX; i++) {
    bool sent = whole && (record[17] & 1u << i) != 0;
    fds[i] = sent && at < bytes / sizeof(int) ? present[at++] : -1;
  }
  if (!whole || fds[HANDOVER_REST] < 0 || fds[HANDOVER_STATUS] < 0) return EPROTO;
  facts->pid = get32(record);
  for (int i = 0; i < 3; i++) facts->left[i] = get32(record + 4 + 4 * i);
  facts->input_ended = record[16] != 0;
  return 0;
}
