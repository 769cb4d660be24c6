/** Waiting, as a value that the caller's signal ends. */
import type { Clock } from '../clock.ts';
import { ThawError } from '../errors.ts';

/** Resolves after `ms`, or earlier when `until` does. Throws `cancelled` on abort. */
export function pause(
  ms: number,
  signal: AbortSignal,
  clock: Clock,
  until: Promise<void> | null = null,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(new ThawError('cancelled', 'The call was cancelled.'));
      else resolve();
    };
    const cancel = clock.schedule(ms, end);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    void until?.then(end);
  });
}
