/** Brings one sandbox into a state in which it can be used, after a crash at any moment. */

import type { SandboxState } from '../../../schemas/state.ts';
import { finishArchive } from '../archive/archive.ts';
import type { EngineContext } from '../context.ts';
import type { ContainerSummary } from '../docker/port.ts';
import { deleteLocked } from '../lifecycle/delete.ts';
import { type Run, runToEnd } from '../lifecycle/operation.ts';
import { pauseLocked } from '../lifecycle/pause.ts';
import { enforceLimits } from '../lifecycle/resize.ts';
import { stopLocked } from '../lifecycle/stop.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { JournalEntry, JournalOperation } from '../store/records.ts';
import { bringBack, keepPaused } from './bring-back.ts';

const builds: ReadonlySet<SandboxState> = new Set(['pending_build', 'building_snapshot']);

/** A create whose answer nobody got is undone: its caller asks again, with the same name. */
async function undoCreate(
  context: EngineContext,
  run: Run,
  container: ContainerSummary | null,
): Promise<void> {
  const { sandbox } = run;
  if (container !== null) await context.docker.removeContainer(container.id);
  if (!builds.has(sandbox.record.state)) {
    run.handOver();
    context.registry.remove(sandbox);
    return;
  }
  // Its caller may have been answered while the image was built, and looks for it.
  const errorReason = 'Thaw ended while its image was built. Delete it and create it again.';
  run.settle('build_failed', { errorReason });
}

/** What a state says by itself, where the journal says nothing: the daemon may have gone away at any moment. */
const impliedBy: Partial<Record<SandboxState, JournalOperation | 'keep paused'>> = {
  started: 'start',
  starting: 'start',
  creating: 'create',
  unknown: 'create',
  pending_build: 'create',
  building_snapshot: 'create',
  stopping: 'stop',
  pausing: 'pause',
  paused: 'keep paused',
  resuming: 'resume',
  resizing: 'resize',
  destroying: 'delete',
  forking: 'fork',
  snapshotting: 'snapshot',
  archiving: 'archive',
  restoring: 'restore',
};

/** An archive whose files are safe is finished; any other leaves the sandbox as it was. */
async function settleArchive(context: EngineContext, run: Run, step: string): Promise<void> {
  if (step === 'archive.stored') await finishArchive(context, run);
  else run.settle('stopped');
}

/** The archive is untouched by a restore, so the next start tries again. */
async function undoRestore(
  context: EngineContext,
  run: Run,
  container: ContainerSummary | null,
): Promise<void> {
  if (container !== null) await context.docker.removeContainer(container.id);
  run.settle('archived', { containerId: null });
}

/** A copy of the files that was not finished changes nothing: the sandbox runs on, or is stopped as it was. */
async function settleCopy(
  context: EngineContext,
  run: Run,
  container: ContainerSummary | null,
): Promise<void> {
  if (run.sandbox.record.desiredState === 'started') await bringBack(context, run, container);
  else run.settle('stopped');
}

function settleBackup({ registry, store }: EngineContext, sandbox: ManagedSandbox): void {
  registry.update(sandbox, { backupState: 'Error' }, () => store.dropJournal(sandbox.record.id));
}

async function settle(
  context: EngineContext,
  run: Run,
  unfinished: JournalEntry | null,
  container: ContainerSummary | null,
): Promise<void> {
  const { sandbox } = run;
  const operation = unfinished?.operation ?? impliedBy[sandbox.record.state] ?? null;
  switch (operation) {
    case 'create':
      await undoCreate(context, run, container);
      return;
    case 'delete':
      await deleteLocked(context, sandbox);
      return;
    case 'stop':
      await stopLocked(context, run, true);
      return;
    case 'start':
    case 'resume':
      await bringBack(context, run, container);
      return;
    case 'recover':
      if (sandbox.record.desiredState === 'stopped') await stopLocked(context, run, true);
      else await bringBack(context, run, container);
      return;
    case 'resize':
      // The record has the new limits since the intent; a container that does not run gets them at its start.
      if (sandbox.record.desiredState === 'started') {
        await enforceLimits(context, sandbox);
        await bringBack(context, run, container);
      } else run.settle('stopped');
      return;
    case 'pause':
      await pauseLocked(context, run);
      return;
    case 'keep paused':
      await keepPaused(context, run);
      return;
    case 'archive':
      await settleArchive(context, run, unfinished?.step ?? '');
      return;
    case 'restore':
      await undoRestore(context, run, container);
      return;
    case 'fork':
    case 'snapshot':
      await settleCopy(context, run, container);
      return;
    case 'network':
      // The record has the policy since the intent: whatever brings the sandbox back puts it in force.
      context.store.dropJournal(sandbox.record.id);
      await settle(context, run, null, container);
      return;
    case 'backup':
      settleBackup(context, sandbox);
      await settle(context, run, null, container);
      return;
    case null:
      return;
  }
}

/** A stopped sandbox runs for a moment while its files are read (`still-files.ts`); a crash must not leave it running. */
async function endWhatRuns(
  { docker, log }: EngineContext,
  { record }: ManagedSandbox,
  container: ContainerSummary | null,
): Promise<void> {
  if (record.state !== 'stopped' || container?.state !== 'running') return;
  log.info({ sandbox: record.name }, 'ending the container of a stopped sandbox');
  await docker.killContainer(container.id, 'SIGKILL');
  await docker.waitContainer(container.id);
}

/** Never throws: a sandbox that cannot be brought back is `error` with its cause, and delete still works on it. */
export async function reconcileSandbox(
  context: EngineContext,
  sandbox: ManagedSandbox,
  unfinished: JournalEntry | null,
  container: ContainerSummary | null,
): Promise<void> {
  try {
    await sandbox.queued('reconcile', () =>
      runToEnd(context, sandbox, async (run) => {
        await settle(context, run, unfinished, container);
        await endWhatRuns(context, sandbox, container);
      }),
    );
  } catch (error) {
    context.log.error({ err: error, sandbox: sandbox.record.name }, 'a sandbox could not be brought back');
  }
}
