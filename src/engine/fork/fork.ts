/** Forking: the difference of a sandbox is replayed into fresh containers of the same snapshot, from one read. */
import { ThawError, toThawError } from '../../errors.ts';
import { type ForkPoint, keepForkPoint, takeForkPoint } from '../changes/fork-point.ts';
import type { EngineContext } from '../context.ts';
import { requireHostFiles, type StillTree, withStillFiles } from '../difference/still-files.ts';
import type { Guest } from '../guest/guest.ts';
import { move } from '../lifecycle/move.ts';
import { operate, type Run } from '../lifecycle/operation.ts';
import { superviseGuest } from '../lifecycle/supervise.ts';
import { defaultLimits, recordLimits } from '../limits.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { isDefaultNetwork } from '../network/policy.ts';
import { discardGuest } from '../pool/park.ts';
import { COPY_YIELD_MS, type WarmPool } from '../pool/warm-pool.ts';
import type { SandboxRecord } from '../store/records.ts';
import { freshContainers } from './fresh-containers.ts';
import { renewIdentity } from './identity.ts';

export interface ForkedChild {
  /** The new sandbox, or null when this child failed. */
  readonly sandbox: ManagedSandbox | null;
  readonly error: ThawError | null;
}

export interface ForkResult {
  readonly children: readonly ForkedChild[];
  /** How long the source stood still, in milliseconds; 0 for a stopped one. */
  readonly pausedMs: number;
}

/** What a child takes over of its source, environment included; its identity is its own. */
function childRecord(
  context: EngineContext,
  source: SandboxRecord,
  guest: Guest,
  name: string,
): SandboxRecord {
  const now = context.clock.now();
  return {
    ...source,
    id: guest.id,
    name,
    parentId: source.id,
    state: 'creating',
    desiredState: 'started',
    errorReason: null,
    recoverable: false,
    backupState: 'None',
    archive: null,
    forkPoint: null,
    signingKey: null,
    createdAt: now,
    updatedAt: now,
    lastActivityAt: now,
    stoppedAt: null,
    containerId: guest.containerId,
    generation: 1,
  };
}

/** Takes the containers over as sandboxes that are being made: a crash from here on removes them. */
function register(
  context: EngineContext,
  source: SandboxRecord,
  guests: readonly Guest[],
  names: readonly string[],
) {
  const { store, registry, clock } = context;
  const records = guests.map((guest, index) => childRecord(context, source, guest, names[index] ?? guest.id));
  store.transaction(() => {
    for (const record of records) {
      store.dropParked(record.id);
      store.putSandbox(record);
      store.putJournal(record.id, 'create', 'fork.frozen', clock.now());
    }
  });
  return records.map((record) => registry.add(record));
}

async function finishChild(
  context: EngineContext,
  child: ManagedSandbox,
  guest: Guest,
): Promise<ForkedChild> {
  const { registry, store, host, background } = context;
  try {
    const { network } = child.record;
    if (!isDefaultNetwork(network)) await context.network.install(guest.place, network);
    await host.thaw(guest.place, { from: defaultLimits(context.options), to: recordLimits(child.record) });
    await renewIdentity(guest.agent);
    child.guest = guest;
    move(context, child, 'started', {}, () => store.dropJournal(child.record.id));
    superviseGuest(context, child);
    return { sandbox: child, error: null };
  } catch (error) {
    registry.remove(child);
    background.run('discard', () => discardGuest(context, guest));
    return { sandbox: null, error: toThawError(error) };
  }
}

/** Resolves when the tree was read; `copied` is the end of its replay. */
async function readOnce(
  context: EngineContext,
  { upper, heldBytes }: StillTree,
  roots: readonly string[],
): Promise<{ copied: Promise<void>; point: ForkPoint | null }> {
  const pointing = takeForkPoint(context, upper);
  try {
    const copy = await requireHostFiles(context).copy(upper, roots, heldBytes);
    await copy.taken;
    return { copied: copy.finished, point: await pointing };
  } catch (error) {
    (await pointing)?.abort();
    throw error;
  }
}

async function copyInto(
  context: EngineContext,
  run: Run,
  guests: readonly Guest[],
  names: readonly string[],
): Promise<ForkResult> {
  const { registry, background } = context;
  const files = requireHostFiles(context);
  const source = run.sandbox;
  const children = register(context, source.record, guests, names);
  run.step('fork.frozen');
  let pausedMs: number;
  let point: ForkPoint | null = null;
  try {
    const roots = guests.map(({ place }) => files.rootDirectory(place));
    const still = await withStillFiles(context, source, (tree) => readOnce(context, tree, roots));
    ({ pausedMs } = still);
    ({ point } = still.result);
    await still.result.copied;
    run.step('fork.copied');
  } catch (error) {
    point?.abort();
    for (const child of children) registry.remove(child);
    for (const guest of guests) background.run('discard', () => discardGuest(context, guest));
    throw error;
  }
  // The source has nothing to do with what follows.
  run.settle(source.guest === null ? 'stopped' : 'started');
  const finished = children.map((child, index) => {
    const guest = guests[index];
    if (guest === undefined) throw new ThawError('internal', 'A forked sandbox has no container.');
    return finishChild(context, child, guest);
  });
  const outcome = await Promise.all(finished);
  if (point !== null) {
    const alive = outcome.flatMap(({ sandbox }) => sandbox ?? []);
    keepForkPoint(context, alive, point);
  }
  return { children: outcome, pausedMs };
}

async function forkInto(
  context: EngineContext,
  pool: WarmPool,
  run: Run,
  names: readonly (string | undefined)[],
  signal: AbortSignal,
): Promise<ForkResult> {
  const { volumes } = run.sandbox.record;
  const guests = await freshContainers(context, pool, names.length, volumes, signal);
  run.step('fork.made');
  const given = guests.map(({ id }, index) => names[index] ?? id);
  return await copyInto(context, run, guests, given);
}

function checkNames(
  { registry, options }: EngineContext,
  { record }: ManagedSandbox,
  names: readonly (string | undefined)[],
): void {
  const caller = record.organizationId === null ? {} : { organizationId: record.organizationId };
  const wanted = names.filter((name) => name !== undefined);
  const taken = wanted.find(
    (name, index) => registry.hasName(name, caller) || wanted.indexOf(name) !== index,
  );
  if (taken !== undefined) throw new ThawError('name_conflict', `Sandbox with name ${taken} already exists`);
  if (registry.size + names.length <= options.maxSandboxes) return;
  throw new ThawError(
    'capacity',
    `${names.length} more sandboxes would exceed the limit of ${options.maxSandboxes}.`,
  );
}

/**
 * `names` has one entry a child, undefined for its id. The source is frozen only while its files are read, and its
 * commands go on afterwards. Throws `name_conflict`, `capacity`, `state_conflict`, `busy`; a child that fails alone
 * says so in its own outcome.
 */
export async function forkSandbox(
  context: EngineContext,
  pool: WarmPool,
  source: ManagedSandbox,
  names: readonly (string | undefined)[],
  signal: AbortSignal,
): Promise<ForkResult> {
  let result: ForkResult | null = null;
  await operate(context, source, {
    name: 'fork',
    event: 'fork_requested',
    intent: 'fork.intent',
    check: () => {
      requireHostFiles(context);
      checkNames(context, source, names);
    },
    work: async (run) => {
      try {
        result = await pool.yieldTo(
          () => forkInto(context, pool, run, names, AbortSignal.any([signal, run.signal])),
          COPY_YIELD_MS,
        );
      } catch (error) {
        if (!run.isSettled) run.settle(source.guest === null ? 'stopped' : 'started');
        throw error;
      }
    },
  });
  if (result === null) throw new ThawError('internal', 'A fork ended without a result.');
  return result;
}
