/** Waits for the owner's warm pool, so that what is timed next starts from parked containers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../clock.ts';
import { fetchStatus } from '../control/control-client.ts';
import type { OwnerStatus } from '../control/status.ts';

const POLL_MS = 50;

export interface WaitOptions {
  readonly controlSocket: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Told what is being waited for whenever that is asked. */
  readonly onWait?: (message: string) => void;
}

/** Why the wait ended without a warm pool; the message is for people. */
export class PoolWaitError extends Error {
  override readonly name = 'PoolWaitError';
}

/** What is missing yet, or null when the pool has as many parked containers as it wants. */
function missing(status: OwnerStatus | null): string | null {
  if (status === null) return 'the owner does not listen yet';
  const { preparation, engine } = status;
  if (preparation.state === 'failed' || preparation.state === 'closed') {
    throw new PoolWaitError(`the engine could not be prepared: ${preparation.message ?? preparation.state}`);
  }
  if (engine === null) return preparation.message ?? 'the engine is being prepared';
  const { parked, target, lastError } = engine.pool;
  if (parked >= target) return null;
  return `${parked} of ${target} containers parked${lastError === null ? '' : `; last error: ${lastError}`}`;
}

/** Resolves with the owner's status once its pool is full. Throws PoolWaitError, ControlError, or the abort's reason. */
export async function awaitFullPool(options: WaitOptions): Promise<OwnerStatus> {
  const { controlSocket, deadlineMs, signal, onWait } = options;
  const until = systemClock.monotonic() + deadlineMs;
  for (;;) {
    signal.throwIfAborted();
    const status = await fetchStatus(controlSocket);
    const lack = missing(status);
    if (lack === null && status !== null) return status;
    if (systemClock.monotonic() >= until) {
      throw new PoolWaitError(`no warm pool after ${deadlineMs / 1000} s: ${lack}`);
    }
    if (lack !== null) onWait?.(lack);
    await sleep(POLL_MS, undefined, { signal });
  }
}
