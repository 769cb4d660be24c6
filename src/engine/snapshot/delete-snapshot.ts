/** Deletes a snapshot with its image, unless something depends on it. */
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { Pools } from '../pool/pools.ts';
import type { SnapshotRecord } from '../store/records.ts';

/** Sandboxes that could not start again, or not be restored, without the image. */
function dependants({ registry }: EngineContext, { imageId }: SnapshotRecord): string[] {
  return registry.all().flatMap(({ record }) => (record.imageId === imageId ? [record.name] : []));
}

/** Throws `snapshot_not_found`, and `state_conflict` while sandboxes of it exist or for the default snapshot. */
export async function deleteSnapshot(
  context: EngineContext,
  pools: Pools,
  reference: string,
): Promise<SnapshotRecord> {
  const { snapshots, docker, clock } = context;
  if (snapshots.isDefault(reference)) {
    throw new ThawError(
      'state_conflict',
      'The default snapshot cannot be deleted: set-up made it, and creates without a snapshot need it.',
      {
        next: 'Leave it, or start Thaw with another default image.',
      },
    );
  }
  const record = snapshots.record(reference);
  if (record === null) throw new ThawError('snapshot_not_found', `Snapshot with name ${reference} not found`);
  const users = dependants(context, record);
  if (users.length > 0) {
    throw new ThawError(
      'state_conflict',
      `Snapshot ${record.name} is in use by ${users.length} sandboxes: ${users.slice(0, 5).join(', ')}.`,
      {
        next: 'Delete these sandboxes first.',
      },
    );
  }
  snapshots.put({ ...record, state: 'removing', updatedAt: clock.now() });
  if (record.imageId !== null) await pools.closeFor(record.imageId);
  await docker.removeImage(record.image);
  snapshots.drop(record);
  return record;
}

/** At start: what a crash left of snapshots that were being made or removed, and images without a record. */
export async function reconcileSnapshots(context: EngineContext): Promise<void> {
  const { snapshots, docker, owner, log } = context;
  for (const record of snapshots.records()) {
    if (record.state === 'active' || record.state === 'error' || record.state === 'build_failed') continue;
    log.info({ snapshot: record.name, state: record.state }, 'removing an unfinished snapshot');
    await docker.removeImage(record.image);
    snapshots.drop(record);
  }
  const known = new Set(snapshots.records().map(({ image }) => image));
  for (const { references } of await docker.listImages({ 'thaw.owner': owner, 'thaw.role': 'snapshot' })) {
    for (const reference of references) if (!known.has(reference)) await docker.removeImage(reference);
  }
}
