/** Takes a snapshot out of use without losing it: its image stays, its parked containers go, creates of it are refused. */
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { Caller } from '../organizations.ts';
import type { Pools } from '../pool/pools.ts';
import type { SnapshotRecord } from '../store/records.ts';
import { requireOwn } from './delete-snapshot.ts';

function requireState(record: SnapshotRecord, wanted: 'active' | 'inactive', verb: string): void {
  if (record.state === wanted) return;
  throw new ThawError(
    'state_conflict',
    `Snapshot ${record.name} cannot be ${verb} - it is in ${record.state} state`,
    { next: 'Call snapshot_get to see its state and its cause.' },
  );
}

function change(context: EngineContext, record: SnapshotRecord, state: SnapshotRecord['state']) {
  const changed: SnapshotRecord = { ...record, state, updatedAt: context.clock.now() };
  context.snapshots.put(changed);
  return changed;
}

/** Throws `snapshot_not_found`, and `state_conflict` for one that is active already, is being made or has failed. */
export function activateSnapshot(
  context: EngineContext,
  pools: Pools,
  reference: string,
  caller: Caller,
): SnapshotRecord {
  const record = requireOwn(context, reference, 'activated', caller);
  if (record.state === 'active') {
    throw new ThawError('state_conflict', `Snapshot ${record.name} is already active`, {
      next: 'Nothing needs to be done.',
    });
  }
  requireState(record, 'inactive', 'activated');
  const activated = change(context, record, 'active');
  pools.open(record.id);
  return activated;
}

/** Sandboxes that were made of it go on. Throws as its counterpart does. */
export async function deactivateSnapshot(
  context: EngineContext,
  pools: Pools,
  reference: string,
  caller: Caller,
): Promise<SnapshotRecord> {
  const record = requireOwn(context, reference, 'deactivated', caller);
  requireState(record, 'active', 'deactivated');
  const deactivated = change(context, record, 'inactive');
  if (record.imageId !== null) await pools.closeFor(record.imageId);
  return deactivated;
}
