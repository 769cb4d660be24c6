/** Starting a stopped sandbox, or one that failed: the same container runs again, with its files. */
import { ThawError } from '../../errors.ts';
import { restoreLocked } from '../archive/archive.ts';
import type { EngineContext } from '../context.ts';
import { adoptGuest, restartGuest } from '../guest/guest.ts';
import { recordLimits } from '../limits.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { operate, type Run } from './operation.ts';
import { enforceLimits } from './resize.ts';
import { resumeOperation } from './resume.ts';

/** Runs the container anew as the next generation; one that is gone is made again where there is an archive. */
export async function startLocked(context: EngineContext, run: Run): Promise<void> {
  const { sandbox } = run;
  const { id, containerId, archive } = sandbox.record;
  if (containerId === null && archive !== null) {
    await restoreLocked(context, run);
    return;
  }
  if (containerId === null) {
    throw new ThawError('state_conflict', 'The sandbox has no container any more.', {
      next: 'Delete it with sandbox_delete and create another.',
    });
  }
  const { network } = sandbox.record;
  const limits = recordLimits(sandbox.record);
  run.attach(await restartGuest(context, id, containerId, { limits, network }));
  run.step('start.running');
  run.settle('started', { errorReason: null, recoverable: false, stoppedAt: null });
  run.step('start.done');
}

/** A sandbox that failed may still run: then its processes are kept. Answers whether it was taken over as it is. */
export async function adoptRunning(context: EngineContext, run: Run): Promise<boolean> {
  const { id, containerId, name, network } = run.sandbox.record;
  if (containerId === null) return false;
  const facts = await context.docker.inspectContainer(containerId);
  if (facts?.running !== true) return false;
  try {
    run.attach(await adoptGuest(context, id, containerId, network));
    // What failed may have been a resize, half done.
    await enforceLimits(context, run.sandbox);
    return true;
  } catch (error) {
    run.check();
    context.log.warn({ err: error, sandbox: name }, 'a container does not answer and is started anew');
    await context.docker.killContainer(containerId, 'SIGKILL');
    await context.docker.waitContainer(containerId);
    return false;
  }
}

async function startOrAdopt(context: EngineContext, run: Run, failed: boolean): Promise<void> {
  if (!failed || !(await adoptRunning(context, run))) {
    await startLocked(context, run);
    return;
  }
  run.step('start.running');
  run.settle('started', { errorReason: null, recoverable: false, stoppedAt: null });
  run.step('start.done');
}

/** No work for a sandbox that runs; a paused one is resumed, an archived one restored. Throws `state_conflict` and `busy`. */
export async function startSandbox(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  if (sandbox.record.state === 'archiving') {
    // The API cancels the archive; here it is finished first, and its files come back at once.
    await sandbox.queued('start', async () => undefined);
  }
  const { state, generation } = sandbox.record;
  if (state === 'paused' && !sandbox.isBusy) {
    await operate(context, sandbox, resumeOperation(context, sandbox, 'start_requested'));
    return;
  }
  const archived = state === 'archived';
  await operate(context, sandbox, {
    name: archived ? 'restore' : 'start',
    event: 'start_requested',
    intent: archived ? 'restore.intent' : 'start.intent',
    change: { generation: generation + 1 },
    isDone: () => sandbox.record.state === 'started',
    work: (run) => startOrAdopt(context, run, state === 'error'),
  });
}
