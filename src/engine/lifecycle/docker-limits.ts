/** Takes limits that were set by cgroup over into Docker's own record, where a later start of the container finds them. */
import type { EngineContext } from '../context.ts';
import { sameLimits } from '../host/cgroup-writes.ts';
import { recordLimits } from '../limits.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';

/** Sandboxes whose limits are on their way: Docker sets the cgroup, too, so an older value must never come last. */
const underWay = new WeakSet<ManagedSandbox>();

export function recordLimitsInDocker(context: EngineContext, sandbox: ManagedSandbox): void {
  if (context.host.mode === 'docker' || underWay.has(sandbox)) return;
  underWay.add(sandbox);
  context.background.run('record limits', async () => {
    try {
      for (;;) {
        const { containerId } = sandbox.record;
        // A sandbox that ended in the meantime gets its limits at its next start.
        if (sandbox.guest === null || containerId === null) return;
        const { cpuCores, memoryBytes } = recordLimits(sandbox.record);
        await context.docker.updateLimits(containerId, { cpuCores, memoryBytes });
        if (sameLimits({ cpuCores, memoryBytes }, recordLimits(sandbox.record))) return;
      }
    } finally {
      underWay.delete(sandbox);
    }
  });
}
