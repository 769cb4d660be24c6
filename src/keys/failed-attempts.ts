/** Counts wrong keys by the address they come from, within a bound, and says who has to wait. */
import type { Clock } from '../clock.ts';

const WINDOW_MS = 60_000;
const FREE_ATTEMPTS = 20;
/** Beyond it the address that failed longest ago is forgotten. */
const MAX_ADDRESSES = 4_096;

interface Failures {
  count: number;
  readonly endsMs: number;
}

export class FailedAttempts {
  readonly #clock: Clock;
  readonly #byAddress = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#byAddress.size;
  }

  /** Seconds that the address has to wait before another wrong key is looked at; 0 for none. */
  waitSeconds(address: string): number {
    const failures = this.#byAddress.get(address);
    if (failures === undefined) return 0;
    const leftMs = failures.endsMs - this.#clock.monotonic();
    if (leftMs <= 0) {
      this.#byAddress.delete(address);
      return 0;
    }
    return failures.count < FREE_ATTEMPTS ? 0 : Math.ceil(leftMs / 1000);
  }

  note(address: string): void {
    const now = this.#clock.monotonic();
    const known = this.#byAddress.get(address);
    const failures =
      known === undefined || known.endsMs <= now ? { count: 0, endsMs: now + WINDOW_MS } : known;
    failures.count += 1;
    // Last in the map's order, which is the order of being forgotten.
    this.#byAddress.delete(address);
    this.#byAddress.set(address, failures);
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > MAX_ADDRESSES && oldest !== undefined) this.#byAddress.delete(oldest);
  }
}
