/** Shell functions that the scripts of the fallback share. What comes from a caller is a positional parameter, never text. */

/**
 * `lookup USER` sets thaw_name and thaw_home from /etc/passwd the way the guest agent does: a number is a user id,
 * and one without an entry lives in `/`. What runs around a command keeps to names with this prefix: an
 * assignment to a variable that the caller exported would reach the command.
 */
export const LOOKUP = `
lookup() {
  thaw_name= thaw_home=/ thaw_by=name
  case $1 in *[!0-9]*) ;; *) thaw_by=uid thaw_name=$1 ;; esac
  case $1 in root|0) thaw_name=root thaw_home=/root ;; esac
  while IFS=: read -r thaw_n thaw_p thaw_i thaw_g thaw_c thaw_h thaw_s || [ -n "$thaw_n" ]; do
    thaw_m=$thaw_n
    [ $thaw_by = uid ] && thaw_m=$thaw_i
    if [ "$thaw_m" = "$1" ]; then thaw_name=$thaw_n thaw_home=$thaw_h; break; fi
  done </etc/passwd
  case $thaw_home in /*) ;; *) thaw_home=/ ;; esac
}
`;

/**
 * The answer goes to standard error as NUL-terminated fields, whatever the tools print goes nowhere. `explain PATH` sets e to the
 * errno that keeps the path from being reached, `blocked PATH` to what keeps it from being made.
 */
export const FILE_PRELUDE = `
exec 3>&2 2>/dev/null
LC_ALL=C TZ=UTC0
export LC_ALL TZ
umask 022
${LOOKUP}
say() { printf '%s\\0' "$@" >&3; }
fail() { say failed "$1" "$2" "$f"; exit 0; }
answer() { say done 0 none "$f" "$@"; exit 0; }
resolve() {
  r=$1
  case $r in /*) return ;; esac
  lookup "$user"
  base=\${thaw_home%/}
  while :; do
    case $r in
      ../*) r=\${r#../} base=\${base%/*} ;;
      ..) r=. base=\${base%/*} ;;
      *) break ;;
    esac
  done
  if [ "$r" = . ]; then r=$base; else r=$base/$r; fi
  [ -n "$r" ] || r=/
}
follow() {
  t=$1 n=0
  while [ -L "$t" ]; do
    n=$((n + 1))
    [ "$n" -gt 40 ] && return 1
    l=$(readlink "$t"; printf x)
    l=\${l%?x}
    case $l in /*) t=$l ;; *) t=\${t%/*}/$l ;; esac
  done
}
exists() { [ -e "$1" ] || [ -L "$1" ]; }
explain() {
  e=0 d= rest=\${1#/}/
  while [ -n "$rest" ]; do
    part=\${rest%%/*} rest=\${rest#*/}
    [ -d "$d/" ] || { e=20; return; }
    [ -x "$d/" ] || { e=13; return; }
    d=$d/$part
    if [ ! -e "$d" ]; then
      e=2
      follow "$d" || e=40
      return
    fi
  done
}
full() {
  df -P -k "$1" | {
    read -r _
    read -r _ blocks _ free _
    # The kernel's own file systems have no blocks at all.
    [ "$((blocks))" -gt 0 ] && [ "$((free * 1024))" -lt "\${size:-1}" ]
  }
}
blocked() {
  p=$1
  while [ ! -e "$p" ] && [ -n "$p" ]; do p=\${p%/*}; done
  explain "$p"
  [ "$e" = 0 ] || return
  e=5
  if [ ! -d "$p/" ]; then e=20
  elif [ ! -w "$p/" ] || [ ! -x "$p/" ]; then e=13
  elif full "$p/"; then e=28
  fi
}
say thaw "$$"
user=$1
resolve "$2"
f=$r
shift 2
`;
