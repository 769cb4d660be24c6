/** Free space of the machine's own disks, and what is said when there is too little. */
import { statfsSync } from 'node:fs';
import { describeBytes } from '../../bytes.ts';
import { ThawError } from '../../errors.ts';
import type { DiskSpace } from './bounds.ts';

/** The file system that holds `path`. Takes microseconds. Throws the errno of statfs(2). */
export function spaceOf(path: string): DiskSpace {
  const { bsize, blocks, bavail } = statfsSync(path);
  return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
}

/** Throws `disk_full` when `disk`, called `what`, has less than `minFreeBytes` left. */
export function requireFree(what: string, disk: DiskSpace, minFreeBytes: number): void {
  if (disk.freeBytes >= minFreeBytes) return;
  throw new ThawError(
    'disk_full',
    `${what} has ${describeBytes(disk.freeBytes)} left, and Thaw leaves ${describeBytes(minFreeBytes)} of it free.`,
    {
      next: 'Free space on that disk or lower --min-free-gib; `thaw prune` on the host removes what nothing needs.',
      context: { freeBytes: disk.freeBytes, minFreeBytes },
    },
  );
}

/** The refusal of what would pass a bound of Thaw's own. `free` says what a caller can give up. */
export const overLimit = (
  what: string,
  usedBytes: number,
  limitBytes: number,
  { free, flag }: { readonly free: string; readonly flag: string },
): ThawError =>
  new ThawError(
    'disk_limit',
    `${what} use ${describeBytes(usedBytes)} of the ${describeBytes(limitBytes)} that they may have; this would pass the limit.`,
    {
      next: `${free}, run \`thaw prune\` on the host, or start Thaw with a larger ${flag}; then call again.`,
      context: { usedBytes, limitBytes },
    },
  );
