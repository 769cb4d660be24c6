/** Makes a snapshot of a sandbox: an image of its files as they are at one moment. */
import { ThawError, toThawError } from '../../errors.ts';
import { newUuid } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import { operate, type Run } from '../lifecycle/operation.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { type Caller, organizationOf } from '../organizations.ts';
import type { Pools } from '../pool/pools.ts';
import type { SnapshotRecord } from '../store/records.ts';
import { commitSandbox } from './commit-sandbox.ts';
import { reserveForSandbox } from './space.ts';

/** Lower-case and short, as repository names must be; the snapshot's own name may be anything. */
const imageFor = (owner: string, id: string): string => `thaw/${owner}:${id}`;

/** Throws `name_conflict`, and `disk_limit` when snapshots have all the space that they may. */
export function newSnapshotRecord(
  context: EngineContext,
  name: string,
  caller: Caller,
  change: Partial<SnapshotRecord>,
): SnapshotRecord {
  const { owner, clock, options, snapshots, snapshotSpace } = context;
  if (snapshots.record(name, caller) !== null || snapshots.isDefault(name)) {
    throw new ThawError('name_conflict', `Snapshot with name "${name}" already exists`, {
      next: 'Choose another name, or delete that snapshot first.',
    });
  }
  snapshotSpace.require();
  const [id, now] = [newUuid(), clock.now()];
  return {
    id,
    organizationId: organizationOf(context.organizationId, caller),
    name,
    image: imageFor(owner, id),
    imageId: null,
    imageName: null,
    state: 'pending',
    errorReason: null,
    sizeBytes: null,
    ownBytes: null,
    cpu: options.defaults.cpu,
    memoryGiB: options.defaults.memoryGiB,
    sourceSandboxId: null,
    dockerfile: null,
    buildKey: null,
    pulled: null,
    pool: null,
    createdAt: now,
    updatedAt: now,
    lastUsedAt: null,
    ...change,
  };
}

export interface MadeSnapshot {
  readonly record: SnapshotRecord;
  /** How long the sandbox stood still, in milliseconds. */
  readonly pausedMs: number;
}

async function commitAndRecord(
  context: EngineContext,
  pools: Pools,
  run: Run,
  pending: SnapshotRecord,
): Promise<MadeSnapshot> {
  const { snapshots, docker, clock } = context;
  snapshots.put(pending);
  const pausedMs = await commitSandbox(context, pools, run, pending.image);
  run.step('snapshot.committed');
  const [facts, base] = await Promise.all([
    docker.inspectImage(pending.image),
    docker.inspectImage(run.sandbox.record.imageId),
  ]);
  const record: SnapshotRecord = {
    ...pending,
    state: 'active',
    imageId: facts?.id ?? null,
    sizeBytes: facts?.sizeBytes ?? null,
    ownBytes: facts === null || base === null ? null : Math.max(0, facts.sizeBytes - base.sizeBytes),
    updatedAt: clock.now(),
  };
  snapshots.put(record);
  return { record, pausedMs };
}

/** A failure is told, and leaves an `error` record with the cause. Throws `name_conflict`, `state_conflict`, `busy`, `disk_limit`, `disk_full`. */
export async function snapshotSandbox(
  context: EngineContext,
  pools: Pools,
  sandbox: ManagedSandbox,
  name: string,
  caller: Caller,
): Promise<MadeSnapshot> {
  const { snapshots, clock } = context;
  const { id, cpu, memoryGiB } = sandbox.record;
  const pending = newSnapshotRecord(context, name, caller, {
    state: 'snapshotting',
    sourceSandboxId: id,
    cpu,
    memoryGiB,
  });
  let made: MadeSnapshot | null = null;
  const release = await reserveForSandbox(context, sandbox);
  await operate(context, sandbox, {
    name: 'snapshot',
    event: 'snapshot_requested',
    intent: 'snapshot.intent',
    work: async (run) => {
      try {
        made = await commitAndRecord(context, pools, run, pending);
      } catch (error) {
        snapshots.put({
          ...pending,
          state: 'error',
          errorReason: toThawError(error).message,
          updatedAt: clock.now(),
        });
        throw error;
      } finally {
        run.settle(sandbox.guest === null ? 'stopped' : 'started');
      }
    },
  }).finally(release);
  if (made === null) throw new ThawError('internal', 'A snapshot ended without a result.');
  return made;
}
