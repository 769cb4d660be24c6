/** Runs a program to its end, its failure or a signal, and cleans up whichever comes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessHost } from '../cli/host.ts';
import { Cleanup } from './cleanup.ts';

const INTERRUPTED = 130;
/** What a request under way gets to end, so that the clean-up sees what it made. */
const SETTLE_MS = 5_000;

export interface Interruptible {
  readonly signal: AbortSignal;
  readonly cleanup: Cleanup;
}

/**
 * Resolves to the exit status: that of `work`, 1 when it threw (told through `explain`), 130 after a signal.
 * npm, the terminal and the scripts in between each pass a Ctrl-C on, so further signals do not cut the clean-up short.
 */
export async function runInterruptible(
  host: Pick<ProcessHost, 'onSignal' | 'stderr'>,
  work: (context: Interruptible) => Promise<number>,
  explain: (error: unknown) => string,
): Promise<number> {
  const controller = new AbortController();
  const { signal } = controller;
  const cleanup = new Cleanup();
  const interrupted = new Promise<null>((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  host.onSignal((name) => controller.abort(new Error(`ended by ${name}`)));
  const working = work({ signal, cleanup });
  const settled = working.then(
    () => undefined,
    () => undefined,
  );
  try {
    const status = await Promise.race([working, interrupted]);
    if (status !== null) return status;
  } catch (error) {
    if (!signal.aborted) {
      host.stderr.write(explain(error));
      return 1;
    }
  } finally {
    if (signal.aborted) {
      host.stderr.write('\nInterrupted; removing what was made …\n');
      await Promise.race([settled, sleep(SETTLE_MS)]);
    }
    for (const left of await cleanup.run()) host.stderr.write(`Could not finish ${left}\n`);
  }
  return INTERRUPTED;
}
