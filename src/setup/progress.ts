/** How set-up tells a waiting person what it does: one line when a step starts, one at least every ten seconds, one at its end. */
import { type Clock, systemClock } from '../clock.ts';

const heartbeatMs = 10_000;

export interface Progress {
  /** A fact on a line of its own. */
  note(message: string): void;
  /** Runs `work` as a named step. What it passes to `detail` is shown with the next heartbeat. */
  step<Result>(title: string, work: (detail: (message: string) => void) => Promise<Result>): Promise<Result>;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Progress as plain lines for `write`, which gets each without its newline. */
export function lineProgress(write: (line: string) => void, clock: Clock = systemClock): Progress {
  return {
    note: write,
    async step(title, work) {
      const startedAt = clock.monotonic();
      let latest = '';
      write(`${title} …`);
      const heartbeat = setInterval(() => {
        const suffix = latest === '' ? '' : `: ${latest}`;
        write(`  … ${title}, ${seconds(clock.monotonic() - startedAt)}${suffix}`);
      }, heartbeatMs);
      try {
        const result = await work((message) => {
          latest = message;
        });
        write(`  done: ${title} (${seconds(clock.monotonic() - startedAt)})`);
        return result;
      } finally {
        clearInterval(heartbeat);
      }
    },
  };
}

/** Progress that nobody reads. */
export const silentProgress: Progress = {
  note() {},
  step: async (_title, work) => await work(() => {}),
};
