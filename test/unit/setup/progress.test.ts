/** Whoever waits sees a line at the start, one at least every ten seconds, and one at the end. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lineProgress } from '../../../src/setup/progress.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const clockAt = (now: () => number) => ({ now, monotonic: now, schedule: () => () => {} });

test('a long step is told every ten seconds with its latest detail', async () => {
  const lines: string[] = [];
  let nowMs = 0;
  const progress = lineProgress(
    (line) => lines.push(line),
    clockAt(() => nowMs),
  );
  let finish: (value: number) => void = () => {};
  const done = progress.step('Long work', (detail) => {
    detail('part 1');
    return new Promise<number>((resolve) => {
      finish = resolve;
    });
  });
  nowMs = 10_000;
  vi.advanceTimersByTime(10_000);
  finish(7);
  expect(await done).toBe(7);
  expect(lines).toEqual(['Long work …', '  … Long work, 10.0 s: part 1', '  done: Long work (10.0 s)']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a step that fails is not called done and leaves no timer', async () => {
  const lines: string[] = [];
  const progress = lineProgress((line) => lines.push(line));
  await expect(progress.step('Work', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(lines).toEqual(['Work …']);
  expect(vi.getTimerCount()).toBe(0);
});
