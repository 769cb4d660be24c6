/** Creating a sandbox: a parked container is claimed and thawed, or one is made when none is parked. */
import type { CreateSandbox } from '../../../schemas/create-sandbox.ts';
import type { CallContext } from '../../backend/port.ts';
import { ThawError } from '../../errors.ts';
import { newSandboxId, type SandboxId } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import { type Guest, launchGuest } from '../guest/guest.ts';
import { defaultLimits, recordLimits } from '../limits.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { isDefaultNetwork } from '../network/policy.ts';
import type { Caller } from '../organizations.ts';
import { discardGuest } from '../pool/park.ts';
import type { WarmPool } from '../pool/warm-pool.ts';
import type { Snapshot } from '../snapshot/snapshots.ts';
import type { SandboxRecord } from '../store/records.ts';
import { mountVolumes } from '../volumes/mounts.ts';
import { move } from './move.ts';
import { checkUser, defaultUser, newRecord } from './new-record.ts';
import { type Run, runToEnd } from './operation.ts';
import type { JournalStep } from './steps.ts';
import { superviseGuest } from './supervise.ts';

export interface Creation {
  readonly sandbox: ManagedSandbox;
  readonly startedFrom: 'warm' | 'cold';
}

/** A create that failed leaves no sandbox; whoever waits to delete it finds that done. */
export function forget({ registry }: EngineContext, sandbox: ManagedSandbox): void {
  registry.remove(sandbox);
  sandbox.record = { ...sandbox.record, state: 'destroyed', desiredState: 'destroyed' };
}

/**
 * Three writes and no request to the daemon: the claim on disk, the thaw, the result on disk. A policy other than the one
 * that it was parked with is in force before the thaw.
 */
async function thawParked(
  context: EngineContext,
  guest: Guest,
  claimed: SandboxRecord,
): Promise<ManagedSandbox> {
  const { store, registry, host, network, clock } = context;
  store.transaction(() => {
    store.dropParked(guest.id);
    store.putSandbox(claimed);
    store.putJournal(guest.id, 'create', 'create.warm.claimed', clock.now());
  });
  const sandbox = registry.add(claimed);
  context.onStep('create.warm.claimed');
  const [from, to] = [defaultLimits(context.options), recordLimits(claimed)];
  await sandbox.exclusive('create', async () => {
    try {
      if (!isDefaultNetwork(claimed.network)) await network.install(guest.place, claimed.network);
      await host.thaw(guest.place, { from, to });
    } catch (error) {
      forget(context, sandbox);
      throw error;
    }
    context.onStep('create.warm.thawed');
    sandbox.guest = guest;
    move(context, sandbox, 'started', {}, () => store.dropJournal(guest.id));
    context.onStep('create.warm.done');
  });
  return sandbox;
}

async function createWarm(
  context: EngineContext,
  pool: WarmPool,
  input: CreateSandbox,
  caller: Caller,
): Promise<ManagedSandbox | null> {
  for (let guest = pool.take(); guest !== null; guest = pool.take()) {
    const { id, containerId } = guest;
    try {
      return await thawParked(context, guest, {
        ...newRecord(context, id, input, pool.snapshot, caller),
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

/** Leaves no container behind when it fails, is cut short by a delete, or comes too late. */
export async function launch(
  context: EngineContext,
  run: Run,
  snapshot: Snapshot,
  input: Pick<CreateSandbox, 'user'>,
  signal: AbortSignal,
  step: JournalStep = 'create.cold.running',
): Promise<Guest> {
  const { options, owner, volume } = context;
  const { id, name, volumes, network } = run.sandbox.record;
  const limits = recordLimits(run.sandbox.record);
  const mounts = await mountVolumes(context, volumes);
  const { pids } = options.defaults;
  const plan = { id, owner, image: snapshot.imageId, volume, limits, pids, mounts, network };
  const guest = await launchGuest(context, plan, (containerId) => {
    run.check();
    context.registry.update(run.sandbox, { containerId });
    context.onStep(step);
  });
  try {
    run.check();
    if (run.signal.aborted)
      throw new ThawError('state_conflict', `Sandbox ${name} was deleted while it was created.`);
    if (signal.aborted)
      throw new ThawError('cancelled', 'The creation was cancelled; nothing was left behind.');
    const traits = await context.snapshots.learn(snapshot.imageId, guest.agent);
    if (input.user !== undefined) checkUser(input.user, traits);
    run.check();
    return guest;
  } catch (error) {
    guest.agent.close();
    await context.docker.removeContainer(guest.containerId);
    throw error;
  }
}

async function createCold(
  context: EngineContext,
  pool: WarmPool,
  input: CreateSandbox,
  call: CallContext,
): Promise<ManagedSandbox> {
  const { store, registry, clock } = context;
  const id: SandboxId = newSandboxId();
  const record = newRecord(context, id, input, pool.snapshot, call);
  store.transaction(() => {
    store.putSandbox(record);
    store.putJournal(id, 'create', 'create.cold.intent', clock.now());
  });
  const sandbox = registry.add(record);
  context.onStep('create.cold.intent');
  const work = async (run: Run): Promise<void> => {
    sandbox.guest = await pool.yieldTo(() => launch(context, run, pool.snapshot, input, call.signal));
    // Which user is the default is known for certain only now, when the first container of an image ran.
    run.settle('started', { user: input.user ?? defaultUser(context, pool.snapshot) });
    run.step('create.cold.done');
  };
  await sandbox.exclusive('create', () =>
    runToEnd(context, sandbox, work, async () => forget(context, sandbox)),
  );
  return sandbox;
}

/** `input` is checked already. Throws `capacity`, `name_conflict`, or what the engine met. */
export async function createSandbox(
  context: EngineContext,
  pool: WarmPool,
  input: CreateSandbox,
  call: CallContext,
): Promise<Creation> {
  // A mount can only be made with its container.
  const fitsParked = input.volumes === undefined || input.volumes.length === 0;
  const warm = fitsParked ? await createWarm(context, pool, input, call) : null;
  const sandbox = warm ?? (await createCold(context, pool, input, call));
  superviseGuest(context, sandbox);
  return { sandbox, startedFrom: warm === null ? 'cold' : 'warm' };
}
