/** From a snapshot's record to what the API answers. */
import type { Snapshot } from '../../../schemas/copies.ts';
import { toTimestamp } from '../../clock.ts';
import type { EngineContext } from '../context.ts';
import type { SnapshotRecord } from '../store/records.ts';

const GIB = 1024 ** 3;

export const snapshotToApi = (record: SnapshotRecord): Snapshot => ({
  id: record.id,
  name: record.name,
  imageName: record.imageName,
  general: false,
  state: record.state,
  errorReason: record.errorReason,
  size: record.sizeBytes === null ? null : Math.round((record.sizeBytes / GIB) * 1000) / 1000,
  cpu: record.cpu,
  mem: record.memoryGiB,
  pool: record.pool,
  sourceSandboxId: record.sourceSandboxId,
  createdAt: toTimestamp(record.createdAt),
  updatedAt: toTimestamp(record.updatedAt),
  lastUsedAt: record.lastUsedAt === null ? null : toTimestamp(record.lastUsedAt),
});

/** The default snapshot has no record: set-up makes its image, and its name is its id. */
export const defaultSnapshotToApi = ({ snapshots, options }: EngineContext): Snapshot => ({
  id: snapshots.default.name,
  name: snapshots.default.name,
  imageName: snapshots.default.image,
  general: true,
  state: 'active',
  errorReason: null,
  size: null,
  cpu: options.defaults.cpu,
  mem: options.defaults.memoryGiB,
  pool: options.pool.target,
  sourceSandboxId: null,
  createdAt: null,
  updatedAt: null,
  lastUsedAt: null,
});
