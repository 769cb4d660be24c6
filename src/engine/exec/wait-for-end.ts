/** Waits for the end of a command, as long as its limit and its caller let it. */
import { constants } from 'node:os';
import type { GuestProcess, ProcessExit } from '../agent/port.ts';

/** Processes that even SIGKILL does not end at once sit in the kernel; the caller is not kept waiting for them. */
const GIVE_UP_AFTER_MS = 3_000;

const { SIGKILL } = constants.signals;

export interface Ending {
  readonly exit: ProcessExit | null;
  readonly timedOut: boolean;
}

/**
 * Ends the group when the time is over (null: no limit) or the caller is gone; resolves when the main process ended, with no
 * exit when it did not although it was killed.
 */
export async function waitForEnd(
  process: GuestProcess,
  timeoutMs: number | null,
  signal: AbortSignal,
): Promise<Ending> {
  let timedOut = false;
  let onAbort: () => void = () => undefined;
  const timers: NodeJS.Timeout[] = [];
  const gaveUp = new Promise<null>((resolve) => {
    const end = (): void => {
      // Not SIGTERM first: a leader that obeys it ends the command while a child that ignores it lives on.
      process.signal(SIGKILL);
      timers.push(setTimeout(() => resolve(null), GIVE_UP_AFTER_MS));
    };
    if (timeoutMs !== null)
      timers.push(
        setTimeout(() => {
          timedOut = true;
          end();
        }, timeoutMs),
      );
    onAbort = end;
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
  try {
    return { exit: await Promise.race([process.exited, gaveUp]), timedOut };
  } finally {
    signal.removeEventListener('abort', onAbort);
    for (const timer of timers) clearTimeout(timer);
  }
}
