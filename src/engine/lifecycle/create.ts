/** Creating a sandbox: a parked container is claimed and thawed, or one is made when none is parked. */
import type { CreateSandbox } from '../../../schemas/create-sandbox.ts';
import { ThawError } from '../../errors.ts';
import { newSandboxId, type SandboxId } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import { type Guest, launchGuest } from '../guest/guest.ts';
import { sameLimits } from '../host/cgroup-writes.ts';
import { defaultLimits, recordLimits } from '../limits.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { discardGuest } from '../pool/park.ts';
import type { WarmPool } from '../pool/warm-pool.ts';
import type { Snapshot } from '../snapshot/snapshots.ts';
import type { SandboxRecord } from '../store/records.ts';
import { recordLimitsInDocker } from './docker-limits.ts';
import { checkUser, defaultUser, newRecord } from './new-record.ts';
import { superviseGuest } from './supervise.ts';

export interface Creation {
  readonly sandbox: ManagedSandbox;
  readonly startedFrom: 'warm' | 'cold';
}

/** Three writes and no request to the daemon: the claim on disk, the thaw, the result on disk. */
async function thawParked(
  context: EngineContext,
  guest: Guest,
  claimed: SandboxRecord,
): Promise<ManagedSandbox> {
  const { store, registry, host, clock } = context;
  store.transaction(() => {
    store.dropParked(guest.id);
    store.putSandbox(claimed);
    store.putJournal(guest.id, 'create', 'create.warm.claimed', clock.now());
  });
  const sandbox = registry.add(claimed);
  context.onStep('create.warm.claimed');
  const [from, to] = [defaultLimits(context.options), recordLimits(claimed)];
  try {
    await host.thaw(guest.place, { from, to });
  } catch (error) {
    registry.remove(sandbox);
    throw error;
  }
  context.onStep('create.warm.thawed');
  sandbox.guest = guest;
  registry.update(sandbox, { state: 'started' }, () => store.dropJournal(guest.id));
  context.onStep('create.warm.done');
  if (!sameLimits(from, to)) recordLimitsInDocker(context, sandbox);
  return sandbox;
}

async function createWarm(
  context: EngineContext,
  pool: WarmPool,
  input: CreateSandbox,
): Promise<ManagedSandbox | null> {
  for (let guest = pool.take(); guest !== null; guest = pool.take()) {
    const { id, containerId } = guest;
    try {
      return await thawParked(context, guest, {
        ...newRecord(context, id, input, pool.snapshot),
        containerId,
      });
    } catch (error) {
      // The container may have died this moment; the next one may be well.
      context.log.warn({ err: error, sandbox: id }, 'a parked container could not be claimed');
      const lost = guest;
      context.background.run('discard', () => discardGuest(context, lost));
    }
  }
  return null;
}

async function launch(
  context: EngineContext,
  sandbox: ManagedSandbox,
  snapshot: Snapshot,
  input: CreateSandbox,
  signal: AbortSignal,
): Promise<Guest> {
  const { options, owner, volume } = context;
  const { id } = sandbox.record;
  const limits = recordLimits(sandbox.record);
  const plan = { id, owner, image: snapshot.imageId, volume, limits, pids: options.defaults.pids };
  const guest = await launchGuest(context, plan, (containerId) => {
    context.registry.update(sandbox, { containerId });
    context.onStep('create.cold.running');
  });
  try {
    signal.throwIfAborted();
    const traits = await context.snapshots.learn(snapshot.imageId, guest.agent);
    if (input.user !== undefined) checkUser(input.user, traits);
    return guest;
  } catch (error) {
    guest.agent.close();
    await context.docker.removeContainer(guest.containerId);
    throw signal.aborted
      ? new ThawError('cancelled', 'The creation was cancelled; nothing was left behind.')
      : error;
  }
}

async function createCold(
  context: EngineContext,
  pool: WarmPool,
  input: CreateSandbox,
  signal: AbortSignal,
): Promise<ManagedSandbox> {
  const { store, registry, clock } = context;
  const id: SandboxId = newSandboxId();
  const record = newRecord(context, id, input, pool.snapshot);
  store.transaction(() => {
    store.putSandbox(record);
    store.putJournal(id, 'create', 'create.cold.intent', clock.now());
  });
  const sandbox = registry.add(record);
  context.onStep('create.cold.intent');
  return await sandbox.exclusive('create', async () => {
    try {
      sandbox.guest = await pool.yieldTo(() => launch(context, sandbox, pool.snapshot, input, signal));
    } catch (error) {
      registry.remove(sandbox);
      throw error;
    }
    // Which user is the default is known for certain only now, when the first container of an image ran.
    const user = input.user ?? defaultUser(context, pool.snapshot);
    registry.update(sandbox, { state: 'started', user }, () => store.dropJournal(id));
    context.onStep('create.cold.done');
    return sandbox;
  });
}

/** `input` is checked already. Throws `capacity`, `name_conflict`, or what the engine met. */
export async function createSandbox(
  context: EngineContext,
  pool: WarmPool,
  input: CreateSandbox,
  signal: AbortSignal,
): Promise<Creation> {
  const warm = await createWarm(context, pool, input);
  const sandbox = warm ?? (await createCold(context, pool, input, signal));
  superviseGuest(context, sandbox);
  return { sandbox, startedFrom: warm === null ? 'cold' : 'warm' };
}
