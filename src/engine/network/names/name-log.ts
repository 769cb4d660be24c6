/** What a sandbox asked for lately: names that it was refused, and names behind addresses. Bounded in every direction. */
import type { Clock } from '../../../clock.ts';

const MAX_REFUSED = 256;
const MAX_KNOWN = 1_024;

export interface RefusedName {
  readonly name: string;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly lastSeenAt: number;
}

/** Puts an entry at the end and drops the oldest above the bound. */
function renew<T>(map: Map<string, T>, key: string, value: T, max: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > max && oldest !== undefined) map.delete(oldest);
}

export class NameLog {
  readonly #clock: Clock;
  readonly #refused = new Map<string, RefusedName>();
  readonly #known = new Map<string, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  refuse(name: string): void {
    const count = (this.#refused.get(name)?.count ?? 0) + 1;
    renew(this.#refused, name, { name, count, lastSeenAt: this.#clock.now() }, MAX_REFUSED);
  }

  /** Notes that `address` was an answer to `name`. */
  learn(address: string, name: string): void {
    renew(this.#known, address, name, MAX_KNOWN);
  }

  nameOf(address: string): string | null {
    return this.#known.get(address) ?? null;
  }

  refused(): readonly RefusedName[] {
    return [...this.#refused.values()];
  }
}
