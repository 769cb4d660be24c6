/** Changing the network policy of a sandbox, whatever its state; one that runs gets it at once. */
import type { NetworkSettings } from '../../../schemas/network.ts';
import { toThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { HostPlace } from '../host/port.ts';
import { move } from '../lifecycle/move.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { changeNetwork } from './policy.ts';

/** Where its processes are; null for a sandbox without any. A paused one may have no connection. */
async function placeOf(context: EngineContext, { guest, record }: ManagedSandbox): Promise<HostPlace | null> {
  if (guest !== null) return guest.place;
  if (record.containerId === null) return null;
  const facts = await context.docker.inspectContainer(record.containerId);
  return facts?.running === true ? await context.host.locate(record.containerId, facts.pid) : null;
}

/** A helper that died this moment is started again for the second try. */
async function putInForce(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  const place = await placeOf(context, sandbox);
  if (place === null) return;
  const { network } = sandbox.record;
  try {
    await context.network.install(place, network);
  } catch (error) {
    context.log.warn({ err: error, sandbox: sandbox.record.name }, 'a network policy is set once more');
    await context.network.install(place, network);
  }
}

/** What cannot be held to its policy does not run. */
async function endUnguarded(context: EngineContext, sandbox: ManagedSandbox, error: unknown): Promise<void> {
  const { containerId } = sandbox.record;
  const { guest } = sandbox;
  sandbox.guest = null;
  guest?.agent.close();
  const errorReason = `Its network policy could not be put in force, so it was stopped: ${toThawError(error).message}`;
  if (guest !== null) await context.host.thaw(guest.place).catch(() => undefined);
  if (containerId !== null) await context.docker.killContainer(containerId, 'SIGKILL');
  move(context, sandbox, 'failed', { errorReason, recoverable: containerId !== null }, () =>
    context.store.dropJournal(sandbox.record.id),
  );
}

/**
 * Connections that the new policy does not allow end with it. Throws `invalid_argument`, `unsupported`, `busy`, and what
 * kept the policy from being put in force: the sandbox is `error` then and does not run.
 */
export async function setNetwork(
  context: EngineContext,
  sandbox: ManagedSandbox,
  settings: NetworkSettings,
): Promise<void> {
  const { registry, store, clock, network: guard } = context;
  const change = () => changeNetwork(sandbox.record.network, settings, guard.closed);
  // Bad input is refused before anybody is kept waiting.
  guard.check(change());
  await sandbox.exclusive('network', async () => {
    const { id } = sandbox.record;
    registry.update(sandbox, { network: change(), lastActivityAt: clock.now() }, () =>
      store.putJournal(id, 'network', 'network.intent', clock.now()),
    );
    context.onStep('network.intent');
    try {
      await putInForce(context, sandbox);
    } catch (error) {
      await endUnguarded(context, sandbox, error);
      throw error;
    }
    context.onStep('network.installed');
    store.dropJournal(id);
    context.onStep('network.done');
  });
}
