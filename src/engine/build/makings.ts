/** Templates that are being made: a few at a time, each with a deadline, each cut short when nobody wants it any more. */
import type { Clock } from '../../clock.ts';
import { ThawError } from '../../errors.ts';

/** Pulls and builds use all that the daemon and the disk have; more at once would only be slower. */
const AT_ONCE = 2;

export interface Making {
  /** Resolves when it is over, however it ended. */
  readonly done: Promise<void>;
  /** Ends it; `reason` is what its record says, and `cancelled` leaves no record. */
  cancel(reason: ThawError): void;
}

export class Makings {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #running = new Map<string, Making>();
  readonly #waiting = new Set<() => void>();
  readonly #turns = new Map<string, Promise<void>>();
  #busy = 0;
  #closed = false;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get(id: string): Making | null {
    return this.#running.get(id) ?? null;
  }

  /** Starts `work`, which never rejects and heeds its signal. */
  start(id: string, work: (signal: AbortSignal) => Promise<void>): Making {
    const controller = new AbortController();
    const cancel = (reason: ThawError): void => controller.abort(reason);
    const cancelTimer = this.#clock.schedule(this.#timeoutMs, () =>
      cancel(
        new ThawError(
          'timeout',
          `It took longer than ${Math.round(this.#timeoutMs / 1000)} s and was ended.`,
        ),
      ),
    );
    const done = work(controller.signal).finally(() => {
      cancelTimer();
      this.#running.delete(id);
    });
    const making = { done, cancel };
    this.#running.set(id, making);
    if (this.#closed) cancel(closing());
    return making;
  }

  /** Runs `work` when fewer than the bound are at work. Throws the signal's reason when that comes first. */
  async whenFree<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    while (this.#busy >= AT_ONCE && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
    signal.throwIfAborted();
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      for (const wake of this.#waiting) wake();
    }
  }

  /** Runs `work` after all earlier work with this key. */
  async inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(key) ?? Promise.resolve();
    const turn = before.then(work);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(key, settled);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(key) === settled) this.#turns.delete(key);
    }
  }

  /** Ends what runs and what comes; resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = [...this.#running.values()];
    for (const making of running) making.cancel(closing());
    await Promise.all(running.map(({ done }) => done));
  }
}

const closing = (): ThawError =>
  new ThawError('engine_unreachable', 'Thaw was stopped before it was finished.', {
    next: 'Delete it and create it again.',
  });
