/** Starts an owner where none runs: for what one before it left running, or for a command that needs one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../clock.ts';
import type { Paths } from '../config.ts';
import { ControlError, fetchStatus } from '../control/control-client.ts';
import type { OwnerFacts } from '../control/owner-lock.ts';
import type { ProcessHost } from './host.ts';
import { connectToOwner } from './relay/connect.ts';

/** A managed Docker Engine may have to start first. */
const READY_MS = 120_000;
const POLL_MS = 100;

/** Resolves when the new owner has taken everything over. Throws an Error that says why it could not. */
export async function reviveOwner(
  paths: Paths,
  last: Pick<OwnerFacts, 'args'>,
  host: ProcessHost,
): Promise<void> {
  const ownerCommand = [...host.self, 'serve', ...last.args];
  const socket = await connectToOwner({ paths, pid: host.pid, ownerCommand });
  try {
    const until = systemClock.monotonic() + READY_MS;
    while (systemClock.monotonic() < until) {
      const status = await fetchStatus(paths.controlSocket);
      if (status?.preparation.state === 'ready') return;
      if (status?.preparation.state === 'failed') {
        throw new ControlError(
          `the engine could not be prepared: ${status.preparation.message ?? 'no reason'}`,
        );
      }
      await sleep(POLL_MS);
    }
    throw new ControlError('the engine was not ready in time');
  } finally {
    socket.destroy();
  }
}
