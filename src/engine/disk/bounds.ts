/** How much of the disks Thaw may fill: what was asked for, or a share of the disk where nothing was. */
import { GIB } from '../../bytes.ts';

/** A file system's size and what of it is free for Thaw, in bytes. */
export interface DiskSpace {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

export interface DiskBounds {
  /** Archives and backups in the object store, in bytes. */
  readonly archiveBytes: number;
  /** Images of snapshots, what they share with the default one not counted, in bytes. */
  readonly snapshotBytes: number;
  /** Free bytes on a disk below which nothing is written to it that could be left undone. */
  readonly minFreeBytes: number;
}

const ARCHIVE_SHARE = 1 / 4;
const SNAPSHOT_SHARE = 1 / 2;
/** Where the Docker Engine's disk cannot be seen. */
const SNAPSHOT_FALLBACK_BYTES = 100 * GIB;
const MIN_FREE_SHARE = 1 / 50;
const MIN_FREE_BYTES = GIB;

/** `objects` is the disk of the object store, `docker` the Docker Engine's, null where it cannot be seen. */
export function resolveBounds(
  wanted: Partial<DiskBounds>,
  objects: DiskSpace,
  docker: DiskSpace | null,
): DiskBounds {
  const snapshotDefault =
    docker === null ? SNAPSHOT_FALLBACK_BYTES : Math.floor(docker.totalBytes * SNAPSHOT_SHARE);
  return {
    archiveBytes: wanted.archiveBytes ?? Math.floor(objects.totalBytes * ARCHIVE_SHARE),
    snapshotBytes: wanted.snapshotBytes ?? snapshotDefault,
    minFreeBytes:
      wanted.minFreeBytes ?? Math.min(MIN_FREE_BYTES, Math.floor(objects.totalBytes * MIN_FREE_SHARE)),
  };
}
