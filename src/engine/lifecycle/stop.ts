/** Stopping a sandbox: its processes end, its files stay. */
import type { EngineContext } from '../context.ts';
import { adoptGuest, type Guest } from '../guest/guest.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { deleteLocked } from './delete.ts';
import { thawToEnd } from './freeze.ts';
import { operate, type Run } from './operation.ts';

/** What processes get between SIGTERM and SIGKILL, as with `docker stop`. */
const GRACE_MS = 10_000;
/** What the agent gets on top of the grace before the daemon is asked to kill it. */
const MARGIN_MS = 2_000;

/** The guest to ask for an orderly end; one that nobody was connected to while it was paused is connected to now. */
async function reachGuest(context: EngineContext, sandbox: ManagedSandbox): Promise<Guest | null> {
  const { guest } = sandbox;
  const { id, containerId, network } = sandbox.record;
  // From here on a broken connection is what is wanted, not an accident.
  sandbox.guest = null;
  if (guest !== null || containerId === null) return guest;
  const facts = await context.docker.inspectContainer(containerId);
  if (facts?.running !== true) return null;
  return await adoptGuest(context, id, containerId, network).catch((error: unknown) => {
    context.log.debug({ err: error, sandbox: sandbox.record.name }, 'an agent could not be asked to end');
    return null;
  });
}

async function askToEnd({ agent }: Guest, signal: AbortSignal): Promise<void> {
  const asked = await agent.shutdown(GRACE_MS).then(
    () => true,
    () => false,
  );
  if (!asked) return;
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GRACE_MS + MARGIN_MS);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([agent.closed, patience]);
  clearTimeout(timer);
}

/**
 * Ends the container and resolves when it is over; without `force` its processes get a grace, unless the operation is
 * cut short. A container that is gone or ended already is no error.
 */
export async function endContainer(context: EngineContext, run: Run, force: boolean): Promise<void> {
  const { sandbox, signal } = run;
  const { containerId } = sandbox.record;
  if (containerId === null) return;
  await thawToEnd(context, sandbox);
  const connected = sandbox.guest;
  if (force || signal.aborted) {
    sandbox.guest = null;
    connected?.agent.close();
  } else {
    const guest = await reachGuest(context, sandbox);
    if (guest?.agent.isOpen === true) {
      const cut = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await Promise.race([askToEnd(guest, signal), cut]);
    }
    guest?.agent.close();
  }
  await context.docker.killContainer(containerId, 'SIGKILL');
  await context.docker.waitContainer(containerId);
}

/** The part of a stop after its intent is on disk; also what reconciliation does with an unfinished one. */
export async function stopLocked(context: EngineContext, run: Run, force: boolean): Promise<void> {
  await endContainer(context, run, force);
  run.step('stop.ended');
  if (run.sandbox.record.autoDeleteMinutes === 0) {
    // An ephemeral sandbox ends with its stop.
    run.handOver();
    await deleteLocked(context, run.sandbox);
    return;
  }
  run.settle('stopped', { stoppedAt: context.clock.now(), errorReason: null });
  run.step('stop.done');
}

/** Throws `state_conflict` when it does not run and `busy` when something else is under way. */
export async function stopSandbox(
  context: EngineContext,
  sandbox: ManagedSandbox,
  force: boolean,
): Promise<void> {
  await operate(context, sandbox, {
    name: 'stop',
    event: 'stop_requested',
    intent: 'stop.intent',
    work: (run) => stopLocked(context, run, force),
  });
}
