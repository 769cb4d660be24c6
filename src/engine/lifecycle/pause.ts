/** Pausing a sandbox: its processes stand still with their memory, and use no processor. */
import type { EngineContext } from '../context.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { freezeSandbox, thawToEnd } from './freeze.ts';
import { operate, type Run } from './operation.ts';

/** The part of a pause after its intent is on disk; also what reconciliation does with an unfinished one. */
export async function pauseLocked(context: EngineContext, run: Run): Promise<void> {
  const { sandbox } = run;
  let frozen: boolean;
  try {
    frozen = await freezeSandbox(context, sandbox);
  } catch (error) {
    // Half frozen is neither one nor the other.
    await thawToEnd(context, sandbox);
    throw error;
  }
  if (!frozen) {
    run.settle('died', {
      errorReason: 'Its container ended before it could be paused.',
      stoppedAt: context.clock.now(),
    });
    return;
  }
  run.step('pause.frozen');
  run.settle('paused', { errorReason: null });
  run.step('pause.done');
}

/** Throws `state_conflict` when it does not run and `busy` when something else is under way. */
export async function pauseSandbox(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  await operate(context, sandbox, {
    name: 'pause',
    event: 'pause_requested',
    intent: 'pause.intent',
    work: (run) => pauseLocked(context, run),
  });
}
