/** Takes samples: runs a piece of work again and again and keeps how long each run took. */
import { systemClock } from '../../src/clock.ts';

/** Milliseconds that `work` took. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const started = systemClock.monotonic();
  await work();
  return systemClock.monotonic() - started;
}

/** `n` samples, after a few runs that are not counted because they load code. */
export async function repeat(
  { n, warmUp, signal }: { readonly n: number; readonly warmUp: number; readonly signal: AbortSignal },
  work: () => Promise<unknown>,
): Promise<readonly number[]> {
  for (let run = 0; run < warmUp; run += 1) await work();
  const ms: number[] = [];
  while (ms.length < n) {
    signal.throwIfAborted();
    ms.push(await time(work));
  }
  return ms;
}
