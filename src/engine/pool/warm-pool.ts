/** Keeps frozen containers of one snapshot ready for claims, and makes new ones when it has none to spare. */
import { toThawError } from '../../errors.ts';
import { newSandboxId } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import type { Guest } from '../guest/guest.ts';
import type { PoolFigures } from '../options.ts';
import type { Snapshot } from '../snapshot/snapshots.ts';
import { Backoff } from './backoff.ts';
import { discardGuest, parkGuest } from './park.ts';

/** Refilling waits for a pause in the claims: its work on the daemon would slow a burst down. */
const QUIET_MS = 150;
/** Claims without a pause put the refill off no longer than this. */
const MAX_QUIET_MS = 1_000;
/** Copies of a sandbox's files need the processors while it stands still; large ones take longer, and the refill goes on beside them. */
export const COPY_YIELD_MS = 1_000;
/** A cold create takes less; one that hangs holds nothing back. */
const YIELD_LIMIT_MS = 10_000;

export class WarmPool {
  readonly snapshot: Snapshot;
  readonly #context: EngineContext;
  readonly #target: number;
  readonly #parked: Guest[] = [];
  readonly #backoff = new Backoff();
  readonly #underWay = new Set<Promise<void>>();
  #starting = 0;
  /** Work under way that needs the daemon or the processors more than the pool does. */
  #yielding = 0;
  #hits = 0;
  #misses = 0;
  #lastError: string | null = null;
  #cancelTimer: (() => void) | null = null;
  #waitingSince = 0;
  #closed = false;

  constructor(context: EngineContext, snapshot: Snapshot, target: number) {
    this.#context = context;
    this.snapshot = snapshot;
    this.#target = target;
  }

  figures(): PoolFigures {
    return {
      target: this.#target,
      parked: this.#parked.length,
      starting: this.#starting,
      hits: this.#hits,
      misses: this.#misses,
      lastError: this.#lastError,
    };
  }

  /** Takes a parked container out, or null when there is none. The caller owns it from now on. */
  take(): Guest | null {
    let guest = this.#parked.pop();
    while (guest !== undefined && !guest.agent.isOpen) guest = this.#parked.pop();
    if (guest === undefined) this.#misses += 1;
    else this.#hits += 1;
    this.#scheduleRefill(this.#parked.length === 0 ? 0 : QUIET_MS);
    return guest ?? null;
  }

  /** Holds refilling back until `work` is done, but no longer than `limitMs`. */
  async yieldTo<T>(work: () => Promise<T>, limitMs = YIELD_LIMIT_MS): Promise<T> {
    this.#yielding += 1;
    let yields = true;
    const resume = (): void => {
      if (!yields) return;
      yields = false;
      this.#yielding -= 1;
      this.#scheduleRefill(0);
    };
    const cancel = this.#context.clock.schedule(limitMs, resume);
    try {
      return await work();
    } finally {
      cancel();
      resume();
    }
  }

  wantsMore(): boolean {
    return this.#parked.length + this.#starting < this.#target;
  }

  /** Takes a frozen container in, from the refill or from an earlier owner process. */
  add(guest: Guest): void {
    this.#parked.push(guest);
    void guest.agent.closed.then(() => this.#drop(guest));
  }

  /** Starts keeping the pool at its target. */
  start(): void {
    this.#scheduleRefill(0);
  }

  /** Removes all parked containers and makes no new ones; also those that are being made are gone afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    await Promise.all(this.#underWay);
    await Promise.all(this.#parked.splice(0).map((guest) => discardGuest(this.#context, guest)));
  }

  #drop(guest: Guest): void {
    const at = this.#parked.indexOf(guest);
    if (at < 0) return;
    this.#parked.splice(at, 1);
    this.#context.log.warn({ sandbox: guest.id }, 'a parked container was lost');
    this.#context.background.run('discard', () => discardGuest(this.#context, guest));
    this.#scheduleRefill(QUIET_MS);
  }

  #scheduleRefill(delayMs: number): void {
    const { clock } = this.#context;
    if (this.#cancelTimer === null) this.#waitingSince = clock.monotonic();
    else if (delayMs > 0 && clock.monotonic() - this.#waitingSince > MAX_QUIET_MS) return;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.schedule(Math.max(delayMs, this.#backoff.delayMs), () => {
      this.#cancelTimer = null;
      this.#refill();
    });
  }

  /** Starts as many as are missing, up to the concurrency limit; each start that ends asks again. */
  #refill(): void {
    const { refillConcurrency } = this.#context.options.pool;
    while (!this.#closed && this.#yielding === 0 && this.#starting < refillConcurrency && this.wantsMore()) {
      this.#starting += 1;
      const parking = this.#park().finally(() => this.#underWay.delete(parking));
      this.#underWay.add(parking);
      this.#context.background.run('refill', () => parking);
    }
  }

  async #park(): Promise<void> {
    try {
      const guest = await parkGuest(this.#context, newSandboxId(), this.snapshot);
      this.#backoff.reset();
      this.#lastError = null;
      if (this.#closed) await discardGuest(this.#context, guest);
      else this.add(guest);
    } catch (error) {
      this.#backoff.fail();
      this.#lastError = toThawError(error).message;
      this.#context.log.warn({ err: error, retryInMs: this.#backoff.delayMs }, 'parking a container failed');
    } finally {
      this.#starting -= 1;
      if (this.#cancelTimer === null) this.#scheduleRefill(0);
    }
  }
}
