/** Watches running sandboxes: a lost connection is made again, an ended container is noticed and explained. */
import { isThawError, ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import { adoptGuest, type Guest } from '../guest/guest.ts';
import { watchJobs } from '../jobs/watch.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { move } from './move.ts';
import { adviceFor, runsOn } from './transitions.ts';

/** Tries to reach a running container again before the next use of it is left to try. */
const ATTEMPTS = 3;
const RETRY_MS = 300;

/** The container ended without having been asked to. */
async function noteDeath(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  const { clock, docker } = context;
  const { containerId, name, state } = sandbox.record;
  const facts = containerId === null ? null : await docker.inspectContainer(containerId);
  const now = clock.now();
  // A paused one is not started again with the daemon: what it was paused for, its memory, is gone.
  if (state === 'started') sandbox.endedByItselfAt = now;
  context.log.warn({ sandbox: name, exitCode: facts?.exitCode }, 'a sandbox ended by itself');
  if (facts === null) {
    const errorReason = 'Its container was removed from outside of Thaw. Delete the sandbox.';
    move(context, sandbox, 'failed', { errorReason, recoverable: false, stoppedAt: now });
    return;
  }
  const lost = state === 'paused' ? ' It was paused: its memory is lost.' : '';
  const cause = facts.oomKilled
    ? 'It ran out of memory and was ended by the kernel.'
    : `Its container ended from outside of Thaw (exit code ${facts.exitCode}).`;
  move(context, sandbox, 'died', { errorReason: `${cause}${lost}`, stoppedAt: now });
}

/** Where there is no agent that could answer, the daemon knows whether the container is there. */
async function checkContainer(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  const { containerId, state } = sandbox.record;
  const facts = containerId === null ? null : await context.docker.inspectContainer(containerId);
  if (facts === null || (state === 'paused' && !facts.running)) await noteDeath(context, sandbox);
}

async function reconnect(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  const { id, containerId, network } = sandbox.record;
  if (containerId === null) return;
  for (let attempt = 1; ; attempt += 1) {
    const facts = await context.docker.inspectContainer(containerId);
    if (facts === null || !facts.running) {
      await noteDeath(context, sandbox);
      return;
    }
    try {
      sandbox.guest = await adoptGuest(context, id, containerId, network);
      superviseGuest(context, sandbox);
      return;
    } catch (error) {
      if (attempt >= ATTEMPTS || isThawError(error, 'engine_unreachable')) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * attempt));
    }
  }
}

/** Brings the connection of a sandbox that should run back, or finds out that it does not run. One at a time. */
export async function recoverConnection(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  await sandbox.queued('reconnect', async () => {
    const { state } = sandbox.record;
    if (state === 'paused' || state === 'stopped') await checkContainer(context, sandbox);
    if (sandbox.record.state !== 'started' || sandbox.guest?.agent.isOpen === true) return;
    sandbox.guest = null;
    await reconnect(context, sandbox);
  });
}

/** To be called with every new guest of a sandbox. */
export function superviseGuest(context: EngineContext, sandbox: ManagedSandbox): void {
  const { guest } = sandbox;
  if (guest === null) return;
  // Commands of an earlier owner's time may still run in it.
  if (guest.agent.info.inherited > 0)
    context.background.run('find running commands', () => watchJobs(context, sandbox));
  void guest.agent.closed.then((reason) => {
    if (sandbox.guest !== guest) return;
    context.log.debug({ err: reason, sandbox: sandbox.record.name }, 'the connection to a sandbox was lost');
    context.background.run('reconnect', () => recoverConnection(context, sandbox));
  });
}

/** The guest of a sandbox that must be running, whatever else is done with it; waits for a connection that is being made again. */
export async function requireGuest(context: EngineContext, sandbox: ManagedSandbox): Promise<Guest> {
  const { name } = sandbox.record;
  const open = (): Guest | null => (sandbox.guest?.agent.isOpen === true ? sandbox.guest : null);
  if (sandbox.record.state === 'started' && open() === null) await recoverConnection(context, sandbox);
  if (sandbox.record.state !== 'started' && (sandbox.guest === null || !runsOn.has(sandbox.record.state))) {
    const { state, errorReason } = sandbox.record;
    const why = errorReason === null ? '' : ` ${errorReason}`;
    throw new ThawError('state_conflict', `Sandbox ${name} is ${state}, not started.${why}`, {
      next: adviceFor(state),
      context: { state },
    });
  }
  const guest = open();
  if (guest === null)
    throw new ThawError('agent_unreachable', `Sandbox ${name} does not answer at the moment.`);
  return guest;
}
