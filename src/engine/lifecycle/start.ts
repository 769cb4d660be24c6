/** Starting a stopped sandbox, or one that failed: the same container runs again, with its files. */
import { toThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import { restartGuest } from '../guest/guest.ts';
import { recordLimits } from '../limits.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { superviseGuest } from './supervise.ts';
import { requireTransition } from './transitions.ts';

/** Runs the container anew as the next generation. On failure the sandbox is `error`, with the cause, and can be tried again. */
export async function startLocked(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  const { registry, store, clock } = context;
  const { id, containerId } = sandbox.record;
  try {
    if (containerId === null) throw new Error('The sandbox has no container any more.');
    sandbox.guest = await restartGuest(context, id, containerId, recordLimits(sandbox.record));
  } catch (error) {
    const { message } = toThawError(error);
    registry.update(
      sandbox,
      { state: 'error', errorReason: message, recoverable: containerId !== null },
      () => store.dropJournal(id),
    );
    throw error;
  }
  context.onStep('start.running');
  registry.update(
    sandbox,
    { state: 'started', errorReason: null, recoverable: false, stoppedAt: null, lastActivityAt: clock.now() },
    () => store.dropJournal(id),
  );
  context.onStep('start.done');
  superviseGuest(context, sandbox);
}

/** No work for a sandbox that runs. Throws `state_conflict` and `busy`. */
export async function startSandbox(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  const { registry, store, clock } = context;
  await sandbox.exclusive('start', async () => {
    if (sandbox.record.state === 'started') return;
    const { id, name, generation } = sandbox.record;
    const state = requireTransition(name, sandbox.record.state, 'start_requested');
    registry.update(sandbox, { state, desiredState: 'started', generation: generation + 1 }, () =>
      store.putJournal(id, 'start', 'start.intent', clock.now()),
    );
    context.onStep('start.intent');
    await startLocked(context, sandbox);
  });
}
