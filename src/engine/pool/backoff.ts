/** Waits that double with each failure in a row, spread so that many do not retry as one. */
import { jitter } from '../../ids.ts';

const FIRST_MS = 250;
const LAST_MS = 30_000;

export class Backoff {
  #failures = 0;
  #delayMs = 0;

  /** How long to wait before the next try; 0 after a success. */
  get delayMs(): number {
    return this.#delayMs;
  }

  fail(): void {
    this.#failures += 1;
    this.#delayMs = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(this.#failures - 1, 20)) * jitter();
  }

  reset(): void {
    this.#failures = 0;
    this.#delayMs = 0;
  }
}
