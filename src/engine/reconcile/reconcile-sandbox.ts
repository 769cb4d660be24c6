/** Brings one sandbox into a state in which it can be used, after a crash at any moment. */

import type { SandboxState } from '../../../schemas/state.ts';
import { toThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { ContainerSummary } from '../docker/port.ts';
import { adoptGuest } from '../guest/guest.ts';
import { deleteLocked } from '../lifecycle/delete.ts';
import { startLocked } from '../lifecycle/start.ts';
import { stopLocked } from '../lifecycle/stop.ts';
import { superviseGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { JournalOperation } from '../store/records.ts';

/** A create whose answer nobody got is undone: its caller asks again, with the same name. */
async function undoCreate(
  context: EngineContext,
  sandbox: ManagedSandbox,
  container: ContainerSummary | null,
): Promise<void> {
  if (container !== null) await context.docker.removeContainer(container.id);
  context.registry.remove(sandbox);
}

/** A sandbox that should run: adopted when it does, started again when the daemon or the host went down under it. */
async function bringBack(
  context: EngineContext,
  sandbox: ManagedSandbox,
  container: ContainerSummary | null,
): Promise<void> {
  const { registry, store } = context;
  const { id, generation } = sandbox.record;
  if (container === null) {
    const errorReason = 'Its container was removed from outside of Thaw. Delete the sandbox.';
    registry.update(sandbox, { state: 'error', errorReason, recoverable: false }, () =>
      store.dropJournal(id),
    );
    return;
  }
  const facts = await context.docker.inspectContainer(container.id);
  if (facts?.paused === true) await context.docker.unpauseContainer(container.id);
  if (facts?.running !== true) {
    registry.update(sandbox, { state: 'starting', generation: generation + 1 });
    await startLocked(context, sandbox);
    return;
  }
  sandbox.guest = await adoptGuest(context, id, container.id);
  registry.update(sandbox, { state: 'started', errorReason: null, recoverable: false, stoppedAt: null }, () =>
    store.dropJournal(id),
  );
  superviseGuest(context, sandbox);
}

/** What a state says by itself, where the journal says nothing: the daemon may have gone away at any moment. */
const impliedBy: Partial<Record<SandboxState, JournalOperation>> = {
  started: 'start',
  starting: 'start',
  creating: 'create',
  stopping: 'stop',
  destroying: 'delete',
};

async function settle(
  context: EngineContext,
  sandbox: ManagedSandbox,
  unfinished: JournalOperation | null,
  container: ContainerSummary | null,
): Promise<void> {
  switch (unfinished ?? impliedBy[sandbox.record.state] ?? null) {
    case 'create':
      await undoCreate(context, sandbox, container);
      return;
    case 'delete':
      await deleteLocked(context, sandbox);
      return;
    case 'stop':
      await stopLocked(context, sandbox, true);
      return;
    case 'start':
      await bringBack(context, sandbox, container);
      return;
    case null:
      return;
  }
}

/** Never throws: a sandbox that cannot be brought back is `error` with its cause, and delete still works on it. */
export async function reconcileSandbox(
  context: EngineContext,
  sandbox: ManagedSandbox,
  unfinished: JournalOperation | null,
  container: ContainerSummary | null,
): Promise<void> {
  const { registry, store, log } = context;
  try {
    await sandbox.queued('reconcile', () => settle(context, sandbox, unfinished, container));
  } catch (error) {
    log.error({ err: error, sandbox: sandbox.record.name }, 'a sandbox could not be brought back');
    if (sandbox.record.state === 'error') return;
    const { message } = toThawError(error);
    registry.update(sandbox, { state: 'error', errorReason: message, recoverable: container !== null }, () =>
      store.dropJournal(sandbox.record.id),
    );
  }
}
