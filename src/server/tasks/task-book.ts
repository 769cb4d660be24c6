/** The tasks of an owner: makes and opens their ids, and remembers which ones were cancelled. */
import { createHash } from 'node:crypto';
import { openTask, sealTask, type TaskFacts } from './task-id.ts';

/** Only how a task ended is told worse when older ones are forgotten: as a command that was killed. */
const MAX_CANCELLED = 4_096;
/** The user of this machine, who comes in without a key. */
const LOCAL = 'local';

export class TaskBook {
  readonly #key: Buffer;
  readonly #cancelled = new Set<string>();

  /** Of the same secret, task ids are the same ones after a restart. */
  constructor(secret: string) {
    this.#key = createHash('sha256').update(`thaw tasks:${secret}`).digest();
  }

  seal(facts: TaskFacts, principal = LOCAL): string {
    return sealTask(this.#key, principal, facts);
  }

  /** Null when it is no task of the principal. */
  open(id: string, principal = LOCAL): TaskFacts | null {
    return openTask(this.#key, principal, id);
  }

  noteCancelled(id: string): void {
    const [oldest] = this.#cancelled;
    if (this.#cancelled.size >= MAX_CANCELLED && oldest !== undefined) this.#cancelled.delete(oldest);
    this.#cancelled.add(id);
  }

  wasCancelled(id: string): boolean {
    return this.#cancelled.has(id);
  }
}
