/* `thaw-agent sftp-server`: SFTP version 3 on standard input and output, as whoever runs it. */
#ifndef THAW_SFTP_SERVER_H
#define THAW_SFTP_SERVER_H

/* Serves until the input ends, which is 0, or makes no sense, which is 1. */
int sftp_serve(int in, int out);

#endif
