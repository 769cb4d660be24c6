/* The commands that begin with `job-`. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "job.h"

bool job_is_asked(int argc, char **argv) { return argc > 2 && strncmp(argv[1], "job-", 4) == 0; }

int job_main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  if (argc == 3 && strcmp(argv[1], "job-run") == 0) return job_run(argv[2]);
  if (argc == 3 && strcmp(argv[1], "job-list") == 0) return job_list(argv[2]);
  if (strcmp(argv[1], "job-read") == 0) return job_read(argc, argv);
  if (strcmp(argv[1], "job-send") == 0) return job_send(argc, argv);
  fputs("usage: thaw-agent job-run DIR | job-list DIR | job-read DIR FROM MOST WAIT_MS data|end STREAMS | job-send DIR …\n", stderr);
  return 2;
}
