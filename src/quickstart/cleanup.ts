/** What must be undone at the end, whatever the end is: the last thing made goes first. */
import { setTimeout as sleep } from 'node:timers/promises';

const STEP_DEADLINE_MS = 60_000;

export class Cleanup {
  readonly #tasks: { readonly what: string; readonly undo: () => Promise<void> }[] = [];

  add(what: string, undo: () => Promise<void>): void {
    this.#tasks.push({ what, undo });
  }

  /** Undoes all, one that fails not keeping the others from it. Answers what could not be undone, for a person. */
  async run(): Promise<readonly string[]> {
    const left: string[] = [];
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      const { what, undo } = task;
      const reason = await Promise.race([
        undo().then(
          () => null,
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        ),
        sleep(STEP_DEADLINE_MS, `no end within ${STEP_DEADLINE_MS / 1000} s`, { ref: false }),
      ]);
      if (reason !== null) left.push(`${what}: ${reason}`);
    }
    return left;
  }
}
