/** Stopping a sandbox: its processes end, its files stay. */
import { toThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { deleteLocked } from './delete.ts';
import { requireTransition } from './transitions.ts';

/** What processes get between SIGTERM and SIGKILL, as with `docker stop`. */
const GRACE_MS = 10_000;
/** What the agent gets on top of the grace before the daemon is asked to kill it. */
const MARGIN_MS = 2_000;

/** Ends the container and resolves when it is over. A container that is gone or ended already is no error. */
export async function endContainer(
  context: EngineContext,
  sandbox: ManagedSandbox,
  force: boolean,
): Promise<void> {
  const { guest } = sandbox;
  const { containerId } = sandbox.record;
  if (containerId === null) return;
  // From here on a broken connection is what is wanted, not an accident.
  sandbox.guest = null;
  if (!force && guest?.agent.isOpen === true) {
    const asked = await guest.agent.shutdown(GRACE_MS).then(
      () => true,
      () => false,
    );
    if (asked)
      await Promise.race([
        guest.agent.closed,
        new Promise((resolve) => setTimeout(resolve, GRACE_MS + MARGIN_MS).unref()),
      ]);
  }
  guest?.agent.close();
  await context.docker.killContainer(containerId, 'SIGKILL');
  await context.docker.waitContainer(containerId);
}

/** The part of a stop after its intent is on disk; also what reconciliation does with an unfinished one. */
export async function stopLocked(
  context: EngineContext,
  sandbox: ManagedSandbox,
  force: boolean,
): Promise<void> {
  const { registry, store, clock } = context;
  const { id } = sandbox.record;
  try {
    await endContainer(context, sandbox, force);
  } catch (error) {
    const errorReason = `It could not be stopped: ${toThawError(error).message}`;
    registry.update(sandbox, { state: 'error', errorReason, recoverable: true }, () => store.dropJournal(id));
    throw error;
  }
  context.onStep('stop.ended');
  if (sandbox.record.autoDeleteMinutes === 0) {
    // An ephemeral sandbox ends with its stop.
    await deleteLocked(context, sandbox);
    return;
  }
  registry.update(sandbox, { state: 'stopped', stoppedAt: clock.now(), errorReason: null }, () =>
    store.dropJournal(id),
  );
  context.onStep('stop.done');
}

/** Throws `state_conflict` when it does not run and `busy` when something else is under way. */
export async function stopSandbox(
  context: EngineContext,
  sandbox: ManagedSandbox,
  force: boolean,
): Promise<void> {
  const { registry, store, clock } = context;
  await sandbox.exclusive('stop', async () => {
    const { id, name } = sandbox.record;
    const state = requireTransition(name, sandbox.record.state, 'stop_requested');
    registry.update(sandbox, { state, desiredState: 'stopped' }, () =>
      store.putJournal(id, 'stop', 'stop.intent', clock.now()),
    );
    context.onStep('stop.intent');
    await stopLocked(context, sandbox, force);
  });
}
