/** Bounds how many calls of one connection run at once; more wait in line, and a line too long is refused. */
import { ThawError } from '../errors.ts';

export interface CallLimitOptions {
  readonly running: number;
  readonly waiting: number;
}

export class CallLimit {
  readonly #options: CallLimitOptions;
  readonly #line = new Set<() => void>();
  #running = 0;

  constructor(options: CallLimitOptions) {
    this.#options = options;
  }

  /** Runs `work` when it is its turn. Throws `capacity` when the line is full, `cancelled` on abort in line. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#options.running) await this.#wait(signal);
    else this.#running += 1;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** The slot of the call that leaves goes to the first in line, so `running` stays as it is then. */
  #leave(): void {
    const [next] = this.#line;
    if (next === undefined) this.#running -= 1;
    else next();
  }

  async #wait(signal: AbortSignal): Promise<void> {
    if (this.#line.size >= this.#options.waiting) {
      throw new ThawError(
        'capacity',
        `This connection already has ${this.#options.running} calls running and ${this.#line.size} waiting.`,
        { next: 'Wait for some answers, then call again.' },
      );
    }
    await new Promise<void>((resolve, reject) => {
      const take = (): void => {
        this.#line.delete(take);
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const abort = (): void => {
        this.#line.delete(take);
        reject(new ThawError('cancelled', 'The call was cancelled before its turn.'));
      };
      this.#line.add(take);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
    });
  }
}
