/* Thaw's guest agent: PID 1 of a sandbox, or with --host the host helper. PROTOCOL.md describes what it speaks. */
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "attributes.h"
#include "child.h"
#include "crc.h"
#include "diff-main.h"
#include "forward.h"
#include "in-network.h"
#include "job.h"
#include "network-plug.h"
#include "nofile.h"
#include "link.h"
#include "loop.h"
#include "process.h"
#include "request.h"
#include "search.h"
#include "sftp-server.h"
#include "shutdown.h"

enum { DEFAULT_GRACE_MS = 10000, GRACE_MAX_MS = 600000 };

static void say(const char *text) {
  if (write(STDOUT_FILENO, text, strlen(text)) < 0) _exit(1);
}

static uint32_t parse(int argc, char **argv) {
  uint32_t grace_ms = DEFAULT_GRACE_MS;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--host") == 0) {
      host_mode = true;
    } else if (strcmp(argv[i], "--version") == 0) {
      say(AGENT_VERSION "\n");
      exit(0);
    } else if (strcmp(argv[i], "--grace-ms") == 0 && i + 1 < argc) {
      unsigned long asked = strtoul(argv[++i], NULL, 10);
      grace_ms = asked < GRACE_MAX_MS ? (uint32_t)asked : GRACE_MAX_MS;
    } else {
      say("usage: thaw-agent [--host] [--grace-ms N] [--version]\n");
      exit(2);
    }
  }
  return grace_ms;
}

int main(int argc, char **argv) {
  if (diff_is_asked(argc, argv)) return diff_main(argc, argv);
  if (in_network_is_asked(argc, argv)) in_network_main(argc, argv);
  if (network_plug_is_asked(argc, argv)) network_plug_main(argc, argv);
  if (argc == 2 && strcmp(argv[1], "sftp-server") == 0) {
    signal(SIGPIPE, SIG_IGN);
    return sftp_serve(STDIN_FILENO, STDOUT_FILENO);
  }
  if (job_is_asked(argc, argv)) return job_main(argc, argv);
  if (forward_is_asked(argc, argv)) return forward_main(argc, argv);
  if (attributes_is_asked(argc, argv)) return attributes_main(argc, argv);
  if (search_is_asked(argc, argv)) return search_main(argc, argv);
  uint32_t grace_ms = parse(argc, argv);
#ifndef THAW_SANITIZED
  /* Root in the sandbox must not read the agent's descriptors or memory: it would speak for the agent. */
  prctl(PR_SET_DUMPABLE, 0);
#endif
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  nofile_raise();
  crc_prepare();
  loop_prepare();
  child_learn_signals();
  link_prepare();
  for (;;) {
    int wait_ms = shutdown_tick();
    loop_wait(link_wait_ms(wait_ms));
    if (child_ended) {
      child_ended = 0;
      process_reap();
    }
    if (stop_asked) {
      stop_asked = 0;
      shutdown_begin(grace_ms);
    }
    do {
      link_receive();
      link_send();
    } while (link_is_held_up());
    loop_free_now();
    /* A sandbox lives on without an engine; anything else would only be left over. */
    if (link_is_over() && getpid() != 1) shutdown_begin(0);
  }
}
