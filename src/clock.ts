/** Time as a dependency, so that timers can be tested without waiting. The only file that reads the clock. */

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds from a fixed but unknown point, never going back: for durations. */
  monotonic(): number;
  /** Runs `task` once after `delayMs`, without keeping the process alive. Returns what cancels it. */
  schedule(delayMs: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** `ms` since the epoch in the form the API uses for every timestamp: `2026-05-01T10:00:00.000Z`. */
export const toTimestamp = (ms: number): string => new Date(ms).toISOString();
