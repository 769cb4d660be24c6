/**
 * Requests and tunnels that are open. While one is, its sandbox is in use; and one whose right has ended since, because a
 * link expired or was revoked, or the sandbox was made private, is cut off.
 */
import type { Clock } from '../clock.ts';
import type { Entry } from './gate.ts';

/** The shortest auto-stop interval is a minute. */
const SWEEP_MS = 5_000;

interface Exchange {
  readonly entry: Entry;
  readonly counts: boolean;
  readonly cut: () => void;
}

export class Exchanges {
  readonly #open = new Set<Exchange>();
  readonly #clock: Clock;
  #cancel: () => void;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#cancel = clock.schedule(SWEEP_MS, this.#sweep);
  }

  get size(): number {
    return this.#open.size;
  }

  /** `counts`: whether it is activity. Returns what ends it. */
  begin(entry: Entry, counts: boolean, cut: () => void): () => void {
    const exchange = { entry, counts, cut };
    this.#open.add(exchange);
    const { target, grant } = entry;
    if (counts) target.touch(grant.sandboxId);
    return () => {
      if (this.#open.delete(exchange) && counts) target.touch(grant.sandboxId);
    };
  }

  readonly #sweep = (): void => {
    for (const { entry, counts, cut } of this.#open) {
      if (!entry.isStillAllowed()) cut();
      else if (counts) entry.target.touch(entry.grant.sandboxId);
    }
    this.#cancel = this.#clock.schedule(SWEEP_MS, this.#sweep);
  };

  close(): void {
    this.#cancel();
    for (const { cut } of this.#open) cut();
  }
}
