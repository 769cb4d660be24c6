/** A small file system of a test's own (tmpfs): what happens when the disk of the object store is full. Needs root. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SmallDisk {
  /** Writes a file that leaves `bytes` free at most. */
  leave(bytes: number): void;
  /** Removes that file. */
  free(): void;
  /** Unmounts it. */
  remove(): void;
}

/** Mounts it over the object store of a state directory. */
export function mountSmallDisk(stateDir: string, sizeBytes: number): SmallDisk {
  const directory = join(stateDir, 'objects');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes},mode=0700`, 'thaw-test', directory]);
  if (statSync(directory).dev === statSync(stateDir).dev) throw new Error('the small disk is not mounted');
  // Inside of the store an owner's start would take it for what a crash left.
  const ballast = join(directory, 'ballast');
  return {
    leave: (bytes) => writeFileSync(ballast, Buffer.alloc(sizeBytes - bytes)),
    free: () => rmSync(ballast, { force: true }),
    remove: () => void execFileSync('umount', [directory]),
  };
}
