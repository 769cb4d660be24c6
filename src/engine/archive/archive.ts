/** Archive, backup and restore: the difference goes to the object store, the container goes away, and comes back at a start. */
import { ThawError, toThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import { requireHostFiles } from '../difference/still-files.ts';
import { type Guest, launchGuest } from '../guest/guest.ts';
import { ownerFilter, SANDBOX_LABEL } from '../labels.ts';
import { backupDeadline } from '../lifecycle/deadlines.ts';
import { operate, type Run, runToEnd } from '../lifecycle/operation.ts';
import { recordLimits } from '../limits.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { mountVolumes } from '../volumes/mounts.ts';
import { adoptArchive, replayArchive, storeDifference } from './store-difference.ts';

function refuseEphemeral(sandbox: ManagedSandbox, what: string): void {
  if (sandbox.record.autoDeleteMinutes === 0) {
    throw new ThawError('state_conflict', `Ephemeral sandboxes cannot be ${what}`, {
      next: 'Set its autoDeleteInterval to something other than 0 first.',
    });
  }
}

/** Notes the backup under way; a failure leaves the sandbox and its older backup as they were. */
async function backupLocked(context: EngineContext, sandbox: ManagedSandbox): Promise<{ pausedMs: number }> {
  const { registry, store, clock } = context;
  const { id } = sandbox.record;
  let pausedMs = 0;
  registry.update(sandbox, { backupState: 'InProgress' }, () =>
    store.putJournal(id, 'backup', 'backup.intent', clock.now()),
  );
  context.onStep('backup.intent');
  const work = async (run: Run): Promise<void> => {
    const still = await storeDifference(context, sandbox, run.signal);
    pausedMs = still.pausedMs;
    run.step('backup.stored');
    await adoptArchive(context, run, still.result, () => store.dropJournal(id));
  };
  const undo = async (): Promise<void> =>
    registry.update(sandbox, { backupState: 'Error' }, () => store.dropJournal(id));
  await runToEnd(context, sandbox, work, undo, backupDeadline);
  return { pausedMs };
}

/**
 * Stores the files of a running or stopped sandbox; it goes on as before. Answers how long it stood still, in
 * milliseconds. Throws `state_conflict`, `busy`, `disk_limit`, `disk_full`, `unsupported` and `timeout`.
 */
export async function backupSandbox(
  context: EngineContext,
  sandbox: ManagedSandbox,
): Promise<{ pausedMs: number }> {
  refuseEphemeral(sandbox, 'backed up');
  return await sandbox.exclusive('backup', async () => {
    const { name, state, archive } = sandbox.record;
    if (state !== 'started' && state !== 'stopped') {
      throw new ThawError(
        'state_conflict',
        `Sandbox ${name} is ${state}; a backup needs it started or stopped.`,
      );
    }
    requireHostFiles(context);
    context.objects.requireRoom(archive?.object);
    return await backupLocked(context, sandbox);
  });
}

/** The part of an archive after the files are safe; also what reconciliation does with an unfinished one. */
export async function finishArchive(context: EngineContext, run: Run): Promise<void> {
  const { containerId } = run.sandbox.record;
  if (containerId !== null) await context.docker.removeContainer(containerId);
  run.step('archive.removed');
  run.settle('archived', { containerId: null, errorReason: null });
  run.step('archive.done');
}

async function storeAndLetGo(context: EngineContext, run: Run): Promise<void> {
  const { store, clock } = context;
  const { sandbox } = run;
  const { id } = sandbox.record;
  try {
    const { result } = await storeDifference(context, sandbox, run.signal);
    await adoptArchive(context, run, result, () =>
      store.putJournal(id, 'archive', 'archive.stored', clock.now()),
    );
  } catch (error) {
    run.check();
    // The container is untouched, so the sandbox is what it was.
    run.settle('stopped', {
      backupState: 'Error',
      errorReason: `It could not be archived: ${toThawError(error).message}`,
    });
    throw error;
  }
  run.step('archive.stored');
  await finishArchive(context, run);
}

/** Stopped only. A failure leaves the sandbox stopped, with the cause. Throws `state_conflict`, `busy`, `disk_limit` and `disk_full`. */
export async function archiveSandbox(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  await operate(context, sandbox, {
    name: 'archive',
    event: 'archive_requested',
    intent: 'archive.intent',
    check: () => {
      refuseEphemeral(sandbox, 'archived');
      requireHostFiles(context);
      context.objects.requireRoom(sandbox.record.archive?.object);
    },
    work: (run) => storeAndLetGo(context, run),
  });
}

async function launchForRestore(context: EngineContext, run: Run): Promise<Guest> {
  const { options, owner, volume, docker } = context;
  const { sandbox } = run;
  const { id, imageId, volumes, network } = sandbox.record;
  const limits = recordLimits(sandbox.record);
  const mounts = await mountVolumes(context, volumes);
  const { pids } = options.defaults;
  const plan = { id, owner, image: imageId, volume, limits, pids, mounts, network };
  // A restore that the Docker Engine's end cut short may have left its half-filled container, which has the name.
  for (const left of await docker.listContainers({ ...ownerFilter(owner), [SANDBOX_LABEL]: id }))
    await docker.removeContainer(left.id);
  return await launchGuest(context, plan, (containerId) => {
    run.check();
    context.registry.update(sandbox, { containerId });
    run.step('restore.running');
  });
}

/** A container that cannot be removed now is removed as one without a record, when the Docker Engine is back. */
async function letGo({ docker, log }: EngineContext, guest: Guest): Promise<void> {
  guest.agent.close();
  await docker.removeContainer(guest.containerId).catch((error: unknown) => {
    log.error({ err: error, container: guest.containerId }, 'a half-restored container could not be removed');
  });
}

/** Makes the container again and replays the files. When it fails the archive is untouched, and the next start tries again. */
export async function restoreLocked(context: EngineContext, run: Run): Promise<void> {
  const { registry } = context;
  const { sandbox } = run;
  const { archive } = sandbox.record;
  if (archive === null) throw new ThawError('archive_damaged', 'There is no archive of this sandbox.');
  let guest: Guest | null = null;
  try {
    guest = await launchForRestore(context, run);
    await replayArchive(context, guest, archive);
    run.step('restore.applied');
  } catch (error) {
    // First of all: a container with half of the files must never be taken for the sandbox.
    if (!run.isOver) registry.update(sandbox, { containerId: null });
    if (guest !== null) await letGo(context, guest);
    throw error;
  }
  run.attach(guest);
  run.settle('started', { errorReason: null, recoverable: false, stoppedAt: null });
  run.step('restore.done');
}
