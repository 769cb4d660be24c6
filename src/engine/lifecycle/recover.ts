/** Recovering a sandbox that failed: what is left of it is brought into a state that can be used. */
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { operate, type Run } from './operation.ts';
import { adoptRunning, startLocked } from './start.ts';
import { endContainer } from './stop.ts';

/** A container that still runs is kept as it is; one that ended is started. */
async function recoverToStarted(context: EngineContext, run: Run): Promise<void> {
  const runs = await adoptRunning(context, run);
  run.step('recover.ready');
  if (runs) run.settle('started', { errorReason: null, recoverable: false, stoppedAt: null });
  else await startLocked(context, run);
  run.step('recover.done');
}

async function recoverToStopped(context: EngineContext, run: Run): Promise<void> {
  await endContainer(context, run, true);
  run.step('recover.ready');
  // Without a container there is the archive, or it would not be recoverable.
  const outcome = run.sandbox.record.containerId === null ? 'archived' : 'stopped';
  run.settle(outcome, { errorReason: null, recoverable: false, stoppedAt: context.clock.now() });
  run.step('recover.done');
}

/** Throws `state_conflict` unless it is `error` and recoverable, and `busy` when something else is under way. */
export async function recoverSandbox(
  context: EngineContext,
  sandbox: ManagedSandbox,
  skipStart: boolean,
): Promise<void> {
  const { generation } = sandbox.record;
  await operate(context, sandbox, {
    name: 'recover',
    event: skipStart ? 'recover_stopped_requested' : 'recover_requested',
    intent: 'recover.intent',
    change: { generation: generation + 1 },
    check: () => {
      const { name, recoverable, errorReason } = sandbox.record;
      if (recoverable) return;
      throw new ThawError(
        'state_conflict',
        `Sandbox is not in a recoverable state: nothing is left of ${name}. ${errorReason ?? ''}`.trim(),
        { next: 'Delete it with sandbox_delete and create another.' },
      );
    },
    work: (run) => (skipStart ? recoverToStopped(context, run) : recoverToStarted(context, run)),
  });
}
