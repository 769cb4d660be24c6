/** Notices when an owner has had nothing to do for long enough. */
import type { Clock } from '../clock.ts';

export interface IdleWatchOptions {
  readonly idleMs: number;
  readonly isBusy: () => boolean;
  readonly onIdle: () => void;
  readonly clock: Clock;
}

const MAX_CHECK_MS = 30_000;
const MIN_CHECK_MS = 50;

/** Returns what ends the watch. `onIdle` is called once at most. */
export function watchIdleness({ idleMs, isBusy, onIdle, clock }: IdleWatchOptions): () => void {
  const everyMs = Math.max(MIN_CHECK_MS, Math.min(MAX_CHECK_MS, idleMs / 10));
  let busyAtMs = clock.monotonic();
  let cancel: () => void = () => {};
  const check = (): void => {
    const nowMs = clock.monotonic();
    if (isBusy()) busyAtMs = nowMs;
    if (nowMs - busyAtMs >= idleMs) onIdle();
    else cancel = clock.schedule(everyMs, check);
  };
  cancel = clock.schedule(everyMs, check);
  return () => cancel();
}
