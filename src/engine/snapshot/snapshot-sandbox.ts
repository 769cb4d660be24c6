/** Makes a snapshot of a sandbox: its container is committed to an image while it stands still. */
import { ThawError, toThawError } from '../../errors.ts';
import { newUuid } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import { labelsFor } from '../labels.ts';
import { operate, type Run } from '../lifecycle/operation.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { type Caller, organizationOf } from '../organizations.ts';
import type { SnapshotRecord } from '../store/records.ts';
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

/** Freezes a running source for the commit alone. Answers the id of the image and how long it stood still. */
async function commitStill(context: EngineContext, sandbox: ManagedSandbox, image: string): Promise<number> {
  const { host, docker, clock, owner } = context;
  const { guest } = sandbox;
  const { containerId, imageId } = sandbox.record;
  if (containerId === null) throw new ThawError('internal', 'The sandbox has no container.');
  // The container runs as root in `/` for the sake of the agent; its image knows better.
  const origin = await docker.inspectImage(imageId);
  const config = {
    labels: labelsFor(owner, 'snapshot'),
    ...(origin === null ? {} : { user: origin.user, workingDir: origin.workingDir }),
  };
  if (guest === null) {
    await docker.commitContainer(containerId, image, config);
    return 0;
  }
  const began = clock.monotonic();
  await host.freeze(guest.place);
  try {
    await host.untilFrozen(guest.place);
    await docker.commitContainer(containerId, image, config);
  } finally {
    await host.thaw(guest.place);
  }
  return clock.monotonic() - began;
}

export interface MadeSnapshot {
  readonly record: SnapshotRecord;
  /** How long the sandbox stood still, in milliseconds. */
  readonly pausedMs: number;
}

async function commitAndRecord(
  context: EngineContext,
  run: Run,
  pending: SnapshotRecord,
): Promise<MadeSnapshot> {
  const { snapshots, docker, clock } = context;
  snapshots.put(pending);
  const pausedMs = await commitStill(context, run.sandbox, pending.image);
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
  return { record, pausedMs: Math.round(pausedMs * 1000) / 1000 };
}

/** A failure is told, and leaves an `error` record with the cause. Throws `name_conflict`, `state_conflict`, `busy`, `disk_limit`, `disk_full`. */
export async function snapshotSandbox(
  context: EngineContext,
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
        made = await commitAndRecord(context, run, pending);
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
