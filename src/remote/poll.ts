/** Looks at something again and again, less and less often, until it is as wanted or the time is over. */
import type { CallContext } from '../backend/port.ts';
import type { Api } from './api.ts';
import { pause } from './pause.ts';
import { WAIT_LIMIT_MS } from './wait-for.ts';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;
const GROWTH = 1.5;

/** The last look. */
export async function poll<T>(
  { clock }: Pick<Api, 'clock'>,
  known: T,
  isDone: (value: T) => boolean,
  look: () => Promise<T>,
  { signal }: Pick<CallContext, 'signal'>,
): Promise<T> {
  const until = clock.monotonic() + WAIT_LIMIT_MS;
  let last = known;
  for (let pauseMs = FIRST_PAUSE_MS; !isDone(last); pauseMs = Math.min(pauseMs * GROWTH, MAX_PAUSE_MS)) {
    const left = until - clock.monotonic();
    if (left <= 0) return last;
    await pause(Math.min(pauseMs, left), signal, clock);
    last = await look();
  }
  return last;
}
