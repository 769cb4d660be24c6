/** Holds the images of snapshots within their bound. Figures come from the records: no request to the Docker Engine. */
import type { EngineContext } from '../context.ts';
import { overLimit, requireFree } from '../disk/space.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { SnapshotRecord } from '../store/records.ts';
import type { Snapshots } from './snapshots.ts';

/** What an image adds to the disk; the whole of it where what it shares with others is not known. */
const ownBytes = (record: SnapshotRecord): number => record.ownBytes ?? record.sizeBytes ?? 0;

export class SnapshotSpace {
  readonly #snapshots: Snapshots;
  readonly #limitBytes: number;
  /** Estimates of the snapshots that are being made. */
  #reservedBytes = 0;

  constructor(snapshots: Snapshots, limitBytes: number) {
    this.#snapshots = snapshots;
    this.#limitBytes = limitBytes;
  }

  /** `bytes` has the snapshots that are being made in it, by their estimate. */
  figures(): { readonly count: number; readonly bytes: number; readonly limitBytes: number } {
    const records = this.#snapshots.records();
    const bytes = records.reduce((sum, record) => sum + ownBytes(record), this.#reservedBytes);
    return { count: records.length, bytes, limitBytes: this.#limitBytes };
  }

  /** Throws `disk_limit` when `moreBytes` do not fit. A full bound takes not even nothing. */
  require(moreBytes = 0): void {
    const { bytes } = this.figures();
    if (bytes < this.#limitBytes && bytes + moreBytes <= this.#limitBytes) return;
    throw overLimit('Snapshots', bytes, this.#limitBytes, {
      free: 'Delete snapshots that are no longer needed with snapshot_delete',
      flag: '--max-snapshot-gib',
    });
  }

  /** Keeps room until what it answers is called. Throws `disk_limit`. */
  reserve(bytes: number): () => void {
    this.require(bytes);
    this.#reservedBytes += bytes;
    let held = true;
    return () => {
      if (held) this.#reservedBytes -= bytes;
      held = false;
    };
  }
}

/**
 * Room for a snapshot of a sandbox, which is as large as what the sandbox has written so far. Answers what gives the room
 * back. Throws `disk_limit` and `disk_full`.
 */
export async function reserveForSandbox(
  { docker, host, snapshotSpace, dockerRoot, bounds }: EngineContext,
  { record: { containerId } }: ManagedSandbox,
): Promise<() => void> {
  const [bytes, disk] = await Promise.all([
    containerId === null ? null : docker.containerSize(containerId),
    host.diskOf(dockerRoot),
  ]);
  if (disk !== null)
    requireFree(
      "The Docker Engine's disk",
      { ...disk, freeBytes: disk.freeBytes - (bytes ?? 0) },
      bounds.minFreeBytes,
    );
  return snapshotSpace.reserve(bytes ?? 0);
}
