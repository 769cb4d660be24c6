/** Progress notifications of one call: values that only grow, not too many, and never a long silence. */
import type { Clock } from '../clock.ts';

/** Clients that extend their time-out on progress need a sign of life well within 10 s. */
const HEARTBEAT_MS = 8_000;
const MIN_GAP_MS = 200;

export interface ProgressOptions {
  readonly clock: Clock;
  readonly send: (value: number, message: string) => void;
  /** Said by the heartbeat until the operation itself reports something. */
  readonly label: string;
}

export class ProgressReporter {
  readonly #options: ProgressOptions;
  readonly #startedMs: number;
  #message: string | null = null;
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #value = 0;
  #cancelTimer: () => void = () => {};
  #stopped = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#startedMs = options.clock.monotonic();
    this.#arm();
  }

  /** Passes a message on, or keeps it for the next heartbeat when one was sent just before. */
  readonly report = (message: string): void => {
    this.#message = message;
    if (this.#options.clock.monotonic() - this.#lastSentMs >= MIN_GAP_MS) this.#send(message);
  };

  /** Nothing is sent after this: the protocol forbids progress behind the result. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
  }

  #arm(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.schedule(HEARTBEAT_MS, () => {
      const seconds = Math.round((this.#options.clock.monotonic() - this.#startedMs) / 1000);
      this.#send(`${this.#message ?? this.#options.label} (${seconds} s)`);
    });
  }

  #send(message: string): void {
    if (this.#stopped) return;
    this.#lastSentMs = this.#options.clock.monotonic();
    this.#value += 1;
    this.#options.send(this.#value, message);
    this.#arm();
  }
}
