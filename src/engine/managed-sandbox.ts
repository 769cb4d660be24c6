/** One sandbox in the owner's memory: its record, its guest while it runs, and the lock of its operations. */
import { ThawError } from '../errors.ts';
import type { Guest } from './guest/guest.ts';
import type { SandboxRecord } from './store/records.ts';

/** A connection from outside that is open as long as the sandbox runs. */
export interface Visit {
  end(reason: ThawError): void;
}

export class ManagedSandbox {
  record: SandboxRecord;
  /** The running container, or null while there is none or no connection to it. */
  guest: Guest | null = null;
  /** Commands that run and connections that are open now: a sandbox at work is not idle. */
  runningCommands = 0;
  /** Ended when it does not run any more. */
  readonly visits = new Set<Visit>();
  /** When the kernel last killed something in it for want of memory; 0 for never. Milliseconds since the epoch. */
  outOfMemoryAt = 0;
  /** When it ended without having been asked to; 0 for never. Milliseconds since the epoch. */
  endedByItselfAt = 0;
  /** Resolves when its fork point is written down, or could not be; null when that is not under way. */
  forkPointKept: Promise<void> | null = null;
  /** The operation under way; a delete cuts it short. */
  run: { cancel(): void } | null = null;
  #holder: string | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(record: SandboxRecord) {
    this.record = record;
  }

  /** Whether an operation runs or waits. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  endVisits(reason: ThawError): void {
    for (const visit of this.visits) visit.end(reason);
  }

  /** Runs `work` alone on this sandbox; throws `busy` when another operation runs or waits. */
  async exclusive<T>(operation: string, work: () => Promise<T>): Promise<T> {
    if (this.isBusy) {
      throw new ThawError(
        'busy',
        `Sandbox ${this.record.name} is busy: ${this.#holder ?? 'another operation'} is under way.`,
      );
    }
    return await this.queued(operation, work);
  }

  /** Runs `work` alone on this sandbox, after all that came before it. */
  async queued<T>(operation: string, work: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const turn = this.#queue.then(async () => {
      this.#holder = operation;
      try {
        return await work();
      } finally {
        this.#holder = null;
        this.#waiting -= 1;
      }
    });
    this.#queue = turn.catch(() => undefined);
    return await turn;
  }
}
