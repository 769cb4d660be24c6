/** Work that nobody waits for but that must not be lost: failures are logged, and the shutdown waits for it. */
import type { Logger } from '../log.ts';

export class BackgroundTasks {
  readonly #running = new Set<Promise<void>>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  run(name: string, work: () => Promise<void>): void {
    const task = work()
      .catch((error: unknown) => this.#log.error({ err: error, task: name }, 'background work failed'))
      .finally(() => this.#running.delete(task));
    this.#running.add(task);
  }

  /** Resolves when nothing runs any more. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
