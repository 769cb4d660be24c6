/** What the engine does when the Docker Engine reports something about a sandbox's container, goes away or comes back. */

import { forEachBounded } from '../bounded.ts';
import type { EngineContext } from '../context.ts';
import type { LinkListener } from '../daemon-link.ts';
import { ownerFilter, SANDBOX_LABEL } from '../labels.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { reconcileSandbox } from '../reconcile/reconcile-sandbox.ts';
import { sweepStrays } from '../reconcile/strays.ts';
import { move } from './move.ts';
import { recoverConnection } from './supervise.ts';

/** A daemon that shuts down without live-restore stops its containers first: what ended this shortly before is its doing. */
const SHUTDOWN_WINDOW_MS = 20_000;

export function daemonListener(context: EngineContext): LinkListener {
  const { registry, background, clock, log } = context;
  /** Sandboxes that the daemon took down with it. */
  let takenDown = new Set<ManagedSandbox>();

  const bringBack = async (): Promise<void> => {
    const containers = await context.docker.listContainers(ownerFilter(context.owner));
    const returning = takenDown;
    takenDown = new Set();
    await forEachBounded(registry.all(), async (sandbox) => {
      const { record } = sandbox;
      const returns = returning.has(sandbox) && record.state === 'stopped' && !sandbox.isBusy;
      if (returns) move(context, sandbox, 'restart', { errorReason: null });
      const lost = record.state === 'started' && sandbox.guest?.agent.isOpen !== true;
      const container = containers.find(({ labels }) => labels[SANDBOX_LABEL] === record.id) ?? null;
      // The daemon went away while the files of a stopped one were read.
      const strayed = record.state === 'stopped' && container?.state === 'running' && !sandbox.isBusy;
      if (!returns && !lost && !strayed && record.state !== 'paused') return;
      await reconcileSandbox(context, sandbox, null, container);
    });
    await sweepStrays(context);
  };

  return {
    onEvent({ action, id }) {
      const sandbox = registry.byContainer(id);
      if (sandbox === null) return;
      if (action === 'oom') sandbox.outOfMemoryAt = clock.now();
      // The connection may outlive the container by a moment, and a sandbox without one is noticed only here.
      const { state } = sandbox.record;
      const matters =
        (action === 'die' && (sandbox.guest !== null || state === 'paused')) ||
        (action === 'destroy' && (sandbox.guest !== null || state === 'paused' || state === 'stopped'));
      if (matters) {
        sandbox.guest?.agent.close();
        background.run('reconnect', () => recoverConnection(context, sandbox));
      }
    },
    onLost() {
      const since = clock.now() - SHUTDOWN_WINDOW_MS;
      takenDown = new Set(registry.all().filter(({ endedByItselfAt }) => endedByItselfAt >= since));
      log.warn({ sandboxes: takenDown.size }, 'the Docker Engine went away');
    },
    onBack: bringBack,
  };
}
