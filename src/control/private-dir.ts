/** Directories that no other user may look into. Imports nothing but Node's own modules: the relay uses it. */
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';

/** Why a directory cannot be trusted; the message is for people. */
export class UnsafeDirectoryError extends Error {
  override readonly name = 'UnsafeDirectoryError';
}

/**
 * Makes `path` with mode 0700, or checks that what is there is a directory (no link) of this user and takes
 * everybody else's rights away. Throws UnsafeDirectoryError when it belongs to somebody else.
 */
export function ensurePrivateDir(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (process.getuid === undefined) return;
  const stat = lstatSync(path);
  if (!stat.isDirectory()) throw new UnsafeDirectoryError(`${path} is not a directory.`);
  if (stat.uid !== process.getuid()) {
    throw new UnsafeDirectoryError(
      `${path} belongs to another user (uid ${stat.uid}); choose another --state-dir.`,
    );
  }
  if ((stat.mode & 0o077) !== 0) chmodSync(path, 0o700);
}
