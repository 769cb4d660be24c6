/** The port's side of the pools: which there are, and how large each is kept. */
import type { PoolOperations, SandboxPool } from '../../backend/pool-operations.ts';
import { toTimestamp } from '../../clock.ts';
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import { defaultUser } from '../lifecycle/new-record.ts';
import { requireOwn } from '../snapshot/delete-snapshot.ts';
import type { SnapshotRecord } from '../store/records.ts';
import type { Pools } from './pools.ts';

export function poolOperations(context: EngineContext, pools: Pools): PoolOperations {
  const { snapshots, options, clock } = context;
  const toPool = (record: SnapshotRecord): SandboxPool => {
    const figures = record.imageId === null ? null : pools.figuresOf(record.imageId);
    return {
      organizationId: record.organizationId ?? context.organizationId,
      snapshotId: record.id,
      snapshot: record.name,
      target: record.pool ?? 0,
      parked: figures?.parked ?? 0,
      cpu: record.cpu,
      memoryGiB: record.memoryGiB,
      user:
        record.imageId === null ? options.defaults.user : defaultUser(context, { imageId: record.imageId }),
      error: figures?.lastError ?? null,
      createdAt: toTimestamp(record.createdAt),
      updatedAt: toTimestamp(record.updatedAt),
    };
  };
  const defaultPool = (): SandboxPool => {
    const figures = pools.figuresOf(snapshots.default.imageId);
    return {
      organizationId: context.organizationId,
      snapshotId: snapshots.default.name,
      snapshot: snapshots.default.name,
      target: options.pool.target,
      parked: figures?.parked ?? 0,
      cpu: options.defaults.cpu,
      memoryGiB: options.defaults.memoryGiB,
      user: defaultUser(context, snapshots.default),
      error: figures?.lastError ?? null,
      createdAt: null,
      updatedAt: null,
    };
  };
  return {
    list: async (call) => [
      defaultPool(),
      ...snapshots.of(call).flatMap((record) => (record.pool === null ? [] : [toPool(record)])),
    ],
    async resize(reference, target, call) {
      if (snapshots.isDefault(reference)) {
        throw new ThawError(
          'unsupported',
          'The pool of the default snapshot is sized when Thaw is started.',
          {
            next: 'Start Thaw with another --pool.',
          },
        );
      }
      const record = requireOwn(context, reference, 'pooled', call);
      const changed: SnapshotRecord = { ...record, pool: target, updatedAt: clock.now() };
      snapshots.put(changed);
      // What is parked is made anew: the pool of another size is another pool.
      if (record.imageId !== null) await pools.closeFor(record.imageId);
      pools.open(record.id);
      return toPool(changed);
    },
  };
}
