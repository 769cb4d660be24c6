/** Deletes a snapshot with its image, unless something depends on it. */
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { Caller } from '../organizations.ts';
import type { Pools } from '../pool/pools.ts';
import type { SandboxRecord, SnapshotRecord } from '../store/records.ts';

/** Sandboxes that could not start again, or not be restored, without the image. */
export function dependants({ registry }: EngineContext, { imageId }: SnapshotRecord): SandboxRecord[] {
  if (imageId === null) return [];
  return registry.all().flatMap(({ record }) => (record.imageId === imageId ? [record] : []));
}

/** The caller's record of this name or id. Throws `snapshot_not_found`, and `state_conflict` for the default snapshot. */
export function requireOwn(
  { snapshots }: EngineContext,
  reference: string,
  what: string,
  caller: Caller,
): SnapshotRecord {
  if (snapshots.isDefault(reference)) {
    throw new ThawError(
      'state_conflict',
      `The default snapshot cannot be ${what}: set-up made it, and creates without a snapshot need it.`,
      {
        next: 'Leave it, or start Thaw with another default image.',
      },
    );
  }
  const record = snapshots.record(reference, caller);
  if (record !== null) return record;
  throw new ThawError('snapshot_not_found', `Snapshot with name ${reference} not found`, {
    next: 'Call snapshot_list to see which there are.',
  });
}

/** Image first, record last: what a crash leaves is a record that says so. */
export async function removeSnapshot(
  context: EngineContext,
  pools: Pools,
  record: SnapshotRecord,
): Promise<void> {
  const { snapshots, docker, clock, buildLogs, registry } = context;
  snapshots.put({ ...record, state: 'removing', updatedAt: clock.now() });
  if (record.imageId !== null) await pools.closeFor(record.imageId);
  await docker.removeImage(record.image);
  snapshots.drop(record);
  // The log of a build for sandboxes is theirs, too.
  const isNeeded = registry.all().some(({ record: { build } }) => build?.id === record.id);
  if (!isNeeded) await buildLogs.remove(record.id);
}

/**
 * One that is still being made is given up. Throws `snapshot_not_found`, and `state_conflict` while sandboxes of it
 * exist or for the default snapshot.
 */
export async function deleteSnapshot(
  context: EngineContext,
  pools: Pools,
  reference: string,
  caller: Caller,
): Promise<SnapshotRecord> {
  const { snapshots, makings } = context;
  const found = requireOwn(context, reference, 'deleted', caller);
  const making = makings.get(found.id);
  making?.cancel(new ThawError('cancelled', 'The snapshot was deleted while it was made.'));
  await making?.done;
  const record = snapshots.byId(found.id);
  if (record === null) return found;
  const users = dependants(context, record);
  if (users.length > 0) {
    // Another organization may have a snapshot of the same image: its sandboxes have no names here.
    const own = users.filter(({ organizationId }) => organizationId === record.organizationId);
    const names = own.slice(0, 5).map(({ name }) => name);
    throw new ThawError(
      'state_conflict',
      `Snapshot ${record.name} is in use by ${users.length} sandboxes: ${names.join(', ')}.`,
      { next: 'Delete these sandboxes first.' },
    );
  }
  await removeSnapshot(context, pools, record);
  return record;
}
