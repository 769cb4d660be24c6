/** The scripts of the file operations. Parameters of all: user, path; further ones as each says. */
import { FILE_PRELUDE } from './shell-library.ts';

/** Hexadecimal mode, owner, group, size, and the time of change twice: in seconds, and as text with its fraction. */
const FACTS = '%f %u %g %s %Y %y';

export const STAT_SCRIPT = `${FILE_PRELUDE}
exists "$f" || { explain "$f"; fail "$e" open; }
facts=$(stat -L -c '${FACTS}' "$f") || facts=$(stat -c '${FACTS}' "$f") || fail 38 open
answer "$facts"
`;

/** Offset (counted from 1) and number of bytes. */
export const READ_SCRIPT = `${FILE_PRELUDE}
[ -e "$f" ] || { explain "$f"; fail "$e" open; }
[ -d "$f" ] && fail 21 open
[ -f "$f" ] || fail 22 type
[ -r "$f" ] || fail 13 open
facts=$(stat -L -c '${FACTS}' "$f") || fail 38 open
if [ "$1" = 1 ]; then head -c "$2" <"$f"; else tail -c "+$1" <"$f" | head -c "$2"; fi
answer "$facts"
`;

/** Nonce, number of bytes, mode or nothing, 1 to append. A temporary file and a rename, as the guest agent does it. */
export const WRITE_SCRIPT = `${FILE_PRELUDE}
nonce=$1 size=$2 mode=$3 append=$4
count() { c=$(wc -c <"$1"); c=$((c)); }
follow "$f" || fail 40 open
dir=\${t%/*}
mkdir -p "$dir/" || { blocked "$dir"; fail "$e" mkdir; }
created=1
[ -e "$t" ] && created=0
[ -d "$t" ] && fail 21 open
[ $created = 1 ] || [ -f "$t" ] || fail 22 type
[ $created = 1 ] || [ -w "$t" ] || fail 13 open
if [ "$append" = 1 ]; then
  before=0
  [ $created = 1 ] || { count "$t"; before=$c; }
  undo() {
    if [ $created = 1 ]; then rm -f "$t"; else dd if=/dev/null of="$t" bs=1 seek="$before"; fi
  }
  trap 'undo; exit 1' TERM HUP INT
  if [ $created = 1 ] && ! (: >>"$t"); then blocked "$t"; fail "$e" open; fi
  head -c "$size" >>"$t" || { e=5; full "$dir/" && e=28; undo; fail "$e" write; }
  count "$t"
  [ "$c" -ge $((before + size)) ] || { undo; fail 125 short; }
  [ -z "$mode" ] || chmod "$mode" "$t" || fail 1 write
  answer $created $((before + size))
fi
tmp=$dir/.thaw-$nonce
trap 'rm -f "$tmp"; exit 1' TERM HUP INT
direct=1
if (umask 077; set -C; : >"$tmp"); then
  direct=0
  if [ $created = 0 ]; then
    own=$(stat -c '%u:%g' "$t")
    [ "$own" = "$(stat -c '%u:%g' "$tmp")" ] || chown "$own" "$tmp" || { rm -f "$tmp"; direct=1; }
  fi
elif [ $created = 1 ]; then
  blocked "$t"
  fail "$e" open
fi
if [ $direct = 1 ]; then
  head -c "$size" >"$t" || { e=5; full "$dir/" && e=28; fail "$e" write; }
  [ -z "$mode" ] || chmod "$mode" "$t" || fail 1 write
  answer 0 "$size"
fi
head -c "$size" >"$tmp" || { e=5; full "$dir/" && e=28; rm -f "$tmp"; fail "$e" write; }
count "$tmp"
[ "$c" = "$size" ] || { rm -f "$tmp"; fail 125 short; }
if [ -z "$mode" ]; then
  mode=644
  [ $created = 1 ] || mode=$(stat -c %a "$t")
fi
chmod "$mode" "$tmp" || { rm -f "$tmp"; fail 1 write; }
if ! mv -f "$tmp" "$t"; then
  # A file that is itself a mount, such as /etc/hosts in a container.
  cat "$tmp" >"$t" || { rm -f "$tmp"; fail 5 rename; }
  rm -f "$tmp"
fi
answer $created "$size"
`;

/** Mark and depth. Each entry on standard output: the mark, its facts, a bar, its name, a line end. */
export const LIST_SCRIPT = `${FILE_PRELUDE}
[ -e "$f" ] || { explain "$f"; fail "$e" open; }
[ -d "$f" ] || fail 20 open
[ -r "$f/" ] && cd "$f/" || fail 13 open
find . -maxdepth "$2" ! -name . -exec stat -c "$1${FACTS}|%n" {} +
answer
`;

/** Mode or nothing, 1 to make the parents too. */
export const MKDIR_SCRIPT = `${FILE_PRELUDE}
mode=$1 parents=$2
if exists "$f"; then
  [ "$parents" = 1 ] && [ -d "$f" ] && answer
  fail 17 mkdir
fi
if [ "$parents" = 1 ]; then
  mkdir -p "$f" || { blocked "$f"; fail "$e" mkdir; }
else
  explain "\${f%/*}"
  [ "$e" = 0 ] || fail "$e" mkdir
  mkdir "$f" || { blocked "$f"; fail "$e" mkdir; }
fi
chmod "\${mode:-755}" "$f" || fail 1 mkdir
answer
`;

/** Target, 1 to overwrite. Two steps where rename(2) takes one: what is made at the target in between is replaced. */
export const MOVE_SCRIPT = `${FILE_PRELUDE}
resolve "$1"
to=$r
exists "$f" || { explain "$f"; fail "$e" rename; }
parent=\${to%/*}
explain "$parent"
[ "$e" = 0 ] || fail "$e" rename
[ -d "$parent/" ] || fail 20 rename
if exists "$to"; then
  [ "$2" = 1 ] || fail 17 rename
  if [ -d "$to" ] && [ ! -L "$to" ]; then
    if [ ! -d "$f" ] || [ -L "$f" ]; then fail 21 rename; fi
    rmdir "$to" || fail 39 rename
  elif [ -d "$f" ] && [ ! -L "$f" ]; then
    fail 20 rename
  fi
fi
[ "$(stat -c %d "$f")" = "$(stat -c %d "$parent/")" ] || fail 18 rename
# A link to a directory would be moved into, not over.
[ -L "$to" ] && rm -f "$to"
mv -f "$f" "$to" || { [ -w "$parent/" ] && [ -w "\${f%/*}/" ] || fail 13 rename; fail 5 rename; }
answer
`;

/** 1 to remove a directory with all that is in it. */
export const REMOVE_SCRIPT = `${FILE_PRELUDE}
exists "$f" || { explain "$f"; fail "$e" remove; }
if [ -d "$f" ] && [ ! -L "$f" ]; then
  [ "$1" = 1 ] || fail 21 remove
  rm -rf "$f"
else
  rm -f "$f"
fi
exists "$f" || answer
[ -w "\${f%/*}/" ] || fail 13 remove
fail 1 remove
`;

/** The tables of IPv4 and IPv6 sockets as the kernel prints them. */
export const PORTS_SCRIPT = `${FILE_PRELUDE}
cat /proc/net/tcp /proc/net/tcp6
answer
`;
