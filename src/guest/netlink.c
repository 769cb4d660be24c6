/* Requests are built in place. What does not fit is a mistake of this program: it ends. */
#include "netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct nlmsghdr *header(struct netlink_request *request) { return (struct nlmsghdr *)(void *)request->bytes; }

static uint8_t *extend(struct netlink_request *request, size_t length) {
  struct nlmsghdr *head = header(request);
  size_t at = NLMSG_ALIGN(head->nlmsg_len);
  if (length > NETLINK_REQUEST_MAX || at + NLMSG_ALIGN(length) > NETLINK_REQUEST_MAX) abort();
  memset(request->bytes + at, 0, NLMSG_ALIGN(length));
  head->nlmsg_len = (uint32_t)(at + length);
  return request->bytes + at;
}

int netlink_open(void) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  /* An answer comes before send returns; a kernel that keeps one back must not hold this program. */
  struct timeval patience = {.tv_sec = 5};
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return fd;
}

void netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags, const void *body, size_t length) {
  struct nlmsghdr *head = header(request);
  *head = (struct nlmsghdr){.nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags};
  memcpy(extend(request, length), body, length);
}

void netlink_put(struct netlink_request *request, uint16_t type, const void *data, size_t length) {
  uint8_t *at = extend(request, NLA_HDRLEN + length);
  struct nlattr attribute = {.nla_len = (uint16_t)(NLA_HDRLEN + length), .nla_type = type};
  memcpy(at, &attribute, sizeof attribute);
  if (length > 0) memcpy(at + NLA_HDRLEN, data, length);
}

size_t netlink_nest(struct netlink_request *request, uint16_t type, const void *body, size_t length) {
  size_t nest = NLMSG_ALIGN(header(request)->nlmsg_len);
  netlink_put(request, type, body, length);
  return nest;
}

void netlink_end(struct netlink_request *request, size_t nest) {
  uint16_t length = (uint16_t)(header(request)->nlmsg_len - nest);
  memcpy(request->bytes + nest, &length, sizeof length);
}

int netlink_ask(int fd, struct netlink_request *request) {
  struct nlmsghdr *head = header(request);
  if (send(fd, request->bytes, head->nlmsg_len, 0) < 0) return errno;
  struct {
    struct nlmsghdr head;
    struct nlmsgerr error;
    uint8_t rest[NETLINK_REQUEST_MAX];
  } answer;
  ssize_t count = recv(fd, &answer, sizeof answer, 0);
  if (count < 0) return errno;
  if ((size_t)count < sizeof answer.head + sizeof answer.error.error || answer.head.nlmsg_type != NLMSG_ERROR) return EPROTO;
  return -answer.error.error;
}
