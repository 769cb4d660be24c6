/** The scripts around a command: they place it, tell its process id, and mark the end of each of its outputs. */
import { LOOKUP } from './shell-library.ts';

/**
 * Becomes the command. Parameters: nonce, user, cwd, which of HOME, USER and LOGNAME (h, u, l) are set already, file of a
 * long shell text, process group (empty: its own), PATH, argv. The first line of standard error is `nonce pid group`, or
 * `nonce!errno step` when it cannot start. Descriptor 4 is the shell text, as with the guest agent.
 */
const PLACE = `
${LOOKUP}
thaw_nonce=$1 thaw_user=$2 thaw_cwd=$3 thaw_given=$4 thaw_script=$5 thaw_group=$6 thaw_path=$7
shift 7
fail() { printf '%s!%s %s\\n' "$thaw_nonce" "$1" "$2" >&2; exit 126; }
lookup "$thaw_user" 2>/dev/null
case $thaw_given in *h*) ;; *) HOME=$thaw_home; export HOME ;; esac
case $thaw_given in *u*) ;; *) USER=$thaw_name; export USER ;; esac
case $thaw_given in *l*) ;; *) LOGNAME=$thaw_name; export LOGNAME ;; esac
case $thaw_cwd in /*) ;; '') thaw_cwd=$thaw_home ;; *) thaw_cwd=\${thaw_home%/}/$thaw_cwd ;; esac
if ! cd "$thaw_cwd" 2>/dev/null; then
  [ -e "$thaw_cwd" ] || fail 2 cwd
  [ -d "$thaw_cwd" ] || fail 20 cwd
  fail 13 cwd
fi
thaw_found=
case $1 in
  */*) [ -e "$1" ] && thaw_found=$1 ;;
  *)
    IFS=:
    set -f
    for thaw_d in $thaw_path; do
      [ -f "$thaw_d/$1" ] && [ -x "$thaw_d/$1" ] && { thaw_found=$thaw_d/$1; break; }
    done
    unset IFS
    set +f
    ;;
esac
[ -n "$thaw_found" ] || fail 2 exec
[ -f "$thaw_found" ] && [ -x "$thaw_found" ] || fail 13 exec
if [ -n "$thaw_script" ]; then
  exec 4<"$thaw_script" || fail 2 script
  rm -f "$thaw_script"
fi
printf '%s %s %s\\n' "$thaw_nonce" "$$" "\${thaw_group:-$$}" >&2
PATH=$thaw_path
exec "$@"
`;

/**
 * The command gets a session of its own where `setsid` is found, so that ending its group spares what tells of its end. Its outputs
 * go through `cat`: the daemon closes its own pipes soon after the first process ended, which would kill what
 * the command left in the background at its next write. Behind each output come the nonce and the exit code in three digits.
 */
const AROUND = `
exec 3>&1 4>&2 2>/dev/null
thaw_place=$1 thaw_nonce=$2 thaw_path=$PATH
shift 2
# The command's own path may lead to none of the tools.
PATH=$PATH:/usr/local/bin:/usr/bin:/bin
thaw_own=
command -v setsid >/dev/null && thaw_own=setsid
thaw_group=
[ -n "$thaw_own" ] || thaw_group=$$
run() {
  thaw_user=$1 thaw_cwd=$2 thaw_given=$3 thaw_script=$4
  shift 4
  $thaw_own /bin/sh -c "$thaw_place" sh \\
    "$thaw_nonce" "$thaw_user" "$thaw_cwd" "$thaw_given" "$thaw_script" "$thaw_group" "$thaw_path" "$@" \\
    1>&5 2>&6 3>&- 4>&- 5>&- 6>&-
}
{
  {
    run "$@"
    thaw_code=$?
    printf '%s%03d' "$thaw_nonce" "$thaw_code" >&5
    printf '%s%03d' "$thaw_nonce" "$thaw_code" >&6
  } 6>&1 >/dev/null | cat >&4 3>&- 4>&- 5>&-
} 5>&1 >/dev/null | cat >&3 3>&- 4>&-
`;

export const commandArgv = (
  nonce: string,
  parameters: readonly string[],
  argv: readonly string[],
): string[] => ['/bin/sh', '-c', AROUND, 'sh', PLACE, nonce, ...parameters, ...argv];

/** Signals the process group, or the process where it has none of its own any more. */
export const signalArgv = (signal: number, pid: number, group: number): string[] => [
  '/bin/sh',
  '-c',
  'kill "-$1" "-$3" 2>/dev/null || kill "-$1" "$2" 2>/dev/null',
  'sh',
  String(signal),
  String(pid),
  String(group),
];

/** Signals every process but the first and the shell that does it. */
export const signalAllArgv = (signal: number): string[] => [
  '/bin/sh',
  '-c',
  'kill "-$1" -1 2>/dev/null',
  'sh',
  String(signal),
];

/** Says `yes` or `no` to whether the image knows a user. */
export const USER_SCRIPT = `${LOOKUP}
lookup "$1"
if [ -n "$thaw_name" ]; then printf yes; else printf no; fi
`;
