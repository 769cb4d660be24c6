/** Waits until a sandbox is as wanted: by the server's events when it has them, else by looking, less and less often. */
import type { CallContext } from '../backend/port.ts';
import { isThawError } from '../errors.ts';
import type { RemoteContext } from './context.ts';
import { pause } from './pause.ts';
import { fetchSandbox } from './sandboxes/fetch.ts';
import type { WireSandbox } from './wire/sandbox.ts';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;
const GROWTH = 1.5;
/** Between looks when events come: one may be lost. */
const LIVE_PAUSE_MS = 1_000;
/** A call answers what there is by then. */
export const WAIT_LIMIT_MS = 40_000;

export interface WaitOptions {
  /** Milliseconds on the monotonic clock; later the state of that moment is the answer. */
  readonly until: number;
  /** Whether this is what was waited for. */
  readonly isDone: (sandbox: WireSandbox) => boolean;
}

/** When a call that begins now has waited long enough. */
export const waitLimit = ({ api }: RemoteContext): number => api.clock.monotonic() + WAIT_LIMIT_MS;

/** The sandbox when it is done or the time is over; null when it is gone. `known` is what is known of it already. */
export async function waitFor(
  remote: RemoteContext,
  known: WireSandbox,
  { until, isDone }: WaitOptions,
  { signal, progress }: CallContext,
): Promise<WireSandbox | null> {
  const { clock } = remote.api;
  if (isDone(known)) return known;
  const watch = remote.events.watch(known.id);
  let last = known;
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * GROWTH, MAX_PAUSE_MS)) {
      const left = until - clock.monotonic();
      if (left <= 0) return last;
      progress?.(`the sandbox is ${last.state}`);
      const ms = watch.live ? LIVE_PAUSE_MS : pauseMs;
      await pause(Math.min(ms, left), signal, clock, watch.next());
      try {
        last = await fetchSandbox(remote, known.id, { signal });
      } catch (error) {
        if (isThawError(error, 'sandbox_not_found')) return null;
        throw error;
      }
      if (isDone(last)) return last;
    }
  } finally {
    watch.close();
  }
}
