/** Resuming a paused sandbox: its processes go on where they stood. */
import type { EngineContext } from '../context.ts';
import { adoptGuest } from '../guest/guest.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { type Operation, operate, type Run } from './operation.ts';

/** A thawed agent answers within milliseconds; on a loaded host it may take longer. */
const ANSWER_MS = 2_000;

/** Thaws it over the connection that there is; false when there is none, or the agent does not answer over it. */
async function thawConnected(context: EngineContext, { sandbox }: Run): Promise<boolean> {
  const { guest } = sandbox;
  if (guest?.agent.isOpen !== true) return false;
  await context.host.thaw(guest.place);
  try {
    await guest.agent.ping(ANSWER_MS);
    return true;
  } catch (error) {
    context.log.debug({ err: error, sandbox: sandbox.record.name }, 'connecting again after a resume');
    sandbox.guest = null;
    guest.agent.close();
    return false;
  }
}

/** The part of a resume after its intent is on disk. An owner that found the sandbox paused connects only now. */
export async function resumeLocked(context: EngineContext, run: Run): Promise<void> {
  const { sandbox } = run;
  const { id, containerId, network } = sandbox.record;
  if (containerId !== null && !(await thawConnected(context, run))) {
    run.attach(await adoptGuest(context, id, containerId, network));
  }
  run.step('resume.thawed');
  run.settle('started', { errorReason: null, recoverable: false, stoppedAt: null });
  run.step('resume.done');
}

/** How a resume runs, whether it was asked for as such or as a start. */
export const resumeOperation = (
  context: EngineContext,
  sandbox: ManagedSandbox,
  event: 'resume_requested' | 'start_requested',
): Operation => ({
  name: 'resume',
  event,
  intent: 'resume.intent',
  isDone: () => sandbox.record.state === 'started',
  work: (run) => resumeLocked(context, run),
});

/** No work for a sandbox that runs. Throws `state_conflict` and `busy`. */
export async function resumeSandbox(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  await operate(context, sandbox, resumeOperation(context, sandbox, 'resume_requested'));
}
