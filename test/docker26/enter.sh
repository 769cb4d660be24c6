#!/bin/sh
# Runs a program with a Debian tree as its root, in the mount namespace that this script was started in.
# Usage: enter.sh TREE SHARED-DIRECTORY… -- PROGRAM ARGUMENT…
# The caller made the namespace, so no mount of this script is seen outside, and all go with the last process in it.
set -eu

tree=$1
shift

mount --make-rprivate /
mount --bind "$tree" "$tree"
for directory in /proc /sys /dev; do
  mount --rbind "$directory" "$tree$directory"
done
mount -t tmpfs -o mode=755 tmpfs "$tree/run"
# Under their own names, so that a path means the same inside and outside.
while [ "$1" != -- ]; do
  mkdir -p "$tree$1"
  mount --rbind "$1" "$tree$1"
  shift
done
shift

cd "$tree"
pivot_root . mnt
umount -l /mnt
exec "$@"
