/** Ends an engine in order: nothing new, then the pool, then what runs, then the store. */

import { ThawError } from '../errors.ts';
import { forEachBounded } from './bounded.ts';
import type { EngineContext } from './context.ts';
import type { DaemonLink } from './daemon-link.ts';
import { networkName, ownerFilter, ROLE_LABEL } from './labels.ts';
import { stopSandbox } from './lifecycle/stop.ts';
import type { Pools } from './pool/pools.ts';

interface Parts {
  readonly context: EngineContext;
  readonly pools: Pools;
  readonly link: DaemonLink;
  readonly stopTimers: () => void;
}

/** A step of the shutdown that fails must not keep the others from being done. */
async function attempt(context: EngineContext, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    context.log.error({ err: error, what }, 'a step of the shutdown failed; the next start cleans up');
  }
}

async function stopAll(context: EngineContext): Promise<void> {
  const running = context.registry
    .all()
    .filter(({ record }) => record.state === 'started' || record.state === 'paused');
  await forEachBounded(running, (sandbox) =>
    attempt(context, `stop ${sandbox.record.name}`, () => stopSandbox(context, sandbox, false)),
  );
}

/** Network and volume are needed as long as a sandbox exists, running or not. */
async function removeShared(context: EngineContext): Promise<void> {
  if (context.registry.size > 0) return;
  const network = networkName(context.owner);
  if ((await context.docker.removeNetwork(network)) === 'miscounted')
    context.log.warn(
      { network },
      'Docker counts endpoints on the network although no container is on it, and keeps it: the next start uses it again',
    );
  // All of them: an earlier owner may have had another agent, or one at all.
  const volumes = await context.docker.listVolumes({ ...ownerFilter(context.owner), [ROLE_LABEL]: 'agent' });
  for (const name of volumes) await context.docker.removeVolume(name);
}

export async function closeEngine(
  { context, pools, link, stopTimers }: Parts,
  { sandboxes }: { readonly sandboxes: 'keep' | 'stop' },
): Promise<void> {
  stopTimers();
  await attempt(context, 'end what is being made', () => context.makings.close());
  await attempt(context, 'remove the pool', () => pools.close());
  if (sandboxes === 'stop') await stopAll(context);
  await context.background.settle();
  await attempt(context, 'leave the event stream', () => link.close());
  for (const sandbox of context.registry.all()) {
    sandbox.endVisits(new ThawError('cancelled', 'Thaw is shutting down.'));
    const { guest } = sandbox;
    sandbox.guest = null;
    guest?.agent.close();
  }
  context.bridge.close();
  await attempt(context, 'remove the helper', () => context.host.close());
  await attempt(context, 'remove the network and the volume', () => removeShared(context));
  context.registry.flush();
  context.store.close();
}
