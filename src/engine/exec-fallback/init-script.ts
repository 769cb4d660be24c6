/** Process 1 of a sandbox without a guest agent: a shell that reaps zombies and ends everything on SIGTERM. */

/**
 * `wait` reaps adopted processes too. On SIGTERM every process gets one, and the container ends with the last of
 * them; the grace is kept by who asked. Exit code 127 says that the image has no `sleep`.
 */
const INIT_SCRIPT = `
others() {
  for p in /proc/[0-9]*; do [ "$p" = /proc/1 ] || return 0; done
  return 1
}
finish() {
  trap '' TERM
  kill -15 -1
  while others; do sleep 0.05 || sleep 1; done
  exit 0
}
trap finish TERM
while :; do
  sleep 2147483647 & wait $!
  [ $? = 127 ] && exit 127
done
`;

export const initEntrypoint: readonly string[] = ['/bin/sh', '-c', INIT_SCRIPT];
