/** Makes a snapshot of a sandbox: its container is committed to an image while it stands still. */
import { ThawError, toThawError } from '../../errors.ts';
import { newUuid } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import { labelsFor } from '../labels.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { SnapshotRecord } from '../store/records.ts';

/** Lower-case and short, as repository names must be; the snapshot's own name may be anything. */
const imageFor = (owner: string, id: string): string => `thaw/${owner}:${id}`;

export function newSnapshotRecord(
  context: EngineContext,
  name: string,
  change: Partial<SnapshotRecord>,
): SnapshotRecord {
  const { owner, clock, options, snapshots } = context;
  if (snapshots.record(name) !== null || snapshots.isDefault(name)) {
    throw new ThawError('name_conflict', `Snapshot with name "${name}" already exists`, {
      next: 'Choose another name, or delete that snapshot first.',
    });
  }
  const [id, now] = [newUuid(), clock.now()];
  return {
    id,
    name,
    image: imageFor(owner, id),
    imageId: null,
    imageName: null,
    state: 'pending',
    errorReason: null,
    sizeBytes: null,
    cpu: options.defaults.cpu,
    memoryGiB: options.defaults.memoryGiB,
    sourceSandboxId: null,
    dockerfile: null,
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
  const { containerId } = sandbox.record;
  if (containerId === null) throw new ThawError('internal', 'The sandbox has no container.');
  if (guest === null) {
    await docker.commitContainer(containerId, image, labelsFor(owner, 'snapshot'));
    return 0;
  }
  const began = clock.monotonic();
  await host.freeze(guest.place);
  try {
    await host.untilFrozen(guest.place);
    await docker.commitContainer(containerId, image, labelsFor(owner, 'snapshot'));
  } finally {
    await host.thaw(guest.place);
  }
  return clock.monotonic() - began;
}

/** The caller holds the sandbox's lock and has checked its state. A failure is told, and leaves an `error` record with the cause. */
export async function snapshotLocked(
  context: EngineContext,
  sandbox: ManagedSandbox,
  name: string,
): Promise<{ readonly record: SnapshotRecord; readonly pausedMs: number }> {
  const { snapshots, docker, clock } = context;
  const { id, cpu, memoryGiB } = sandbox.record;
  const pending = newSnapshotRecord(context, name, {
    state: 'snapshotting',
    sourceSandboxId: id,
    cpu,
    memoryGiB,
  });
  snapshots.put(pending);
  try {
    const pausedMs = await commitStill(context, sandbox, pending.image);
    context.onStep('snapshot.committed');
    const facts = await docker.inspectImage(pending.image);
    const record: SnapshotRecord = {
      ...pending,
      state: 'active',
      imageId: facts?.id ?? null,
      sizeBytes: facts?.sizeBytes ?? null,
      updatedAt: clock.now(),
    };
    snapshots.put(record);
    return { record, pausedMs: Math.round(pausedMs * 1000) / 1000 };
  } catch (error) {
    snapshots.put({
      ...pending,
      state: 'error',
      errorReason: toThawError(error).message,
      updatedAt: clock.now(),
    });
    throw error;
  }
}
