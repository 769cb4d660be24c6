/** How many calls of a connection run, wait, and are refused. */
import { expect, it } from 'vitest';
import { CallLimit } from '../../../src/server/call-limit.ts';

const never = new AbortController().signal;
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A job that ends when told. */
function job() {
  const state = { started: false, end: (): void => {} };
  const work = (): Promise<void> => {
    state.started = true;
    return new Promise((resolve) => {
      state.end = resolve;
    });
  };
  return { state, work };
}

it('runs so many at once, the others in their order, and refuses beyond', async () => {
  const limit = new CallLimit({ running: 2, waiting: 2 });
  const jobs = [job(), job(), job(), job()];
  const runs = jobs.map(({ work }) => limit.run(never, work));
  await tick();
  const started = (): boolean[] => jobs.map(({ state }) => state.started);
  expect(started()).toEqual([true, true, false, false]);
  await expect(limit.run(never, job().work)).rejects.toMatchObject({ code: 'capacity', retryable: true });
  jobs[1]?.state.end();
  await runs[1];
  await tick();
  expect(started()).toEqual([true, true, true, false]);
  for (const { state } of jobs) {
    state.end();
    await tick();
  }
  await Promise.all(runs);
  const after = [job(), job(), job()];
  const again = after.map(({ work }) => limit.run(never, work));
  await tick();
  expect(after.map(({ state }) => state.started)).toEqual([true, true, false]);
  for (const { state } of after) {
    state.end();
    await tick();
  }
  await Promise.all(again);
});

it('lets one that waits be cancelled, and keeps its place free', async () => {
  const limit = new CallLimit({ running: 1, waiting: 1 });
  const first = job();
  const running = limit.run(never, first.work);
  const abort = new AbortController();
  const waiting = limit.run(abort.signal, job().work);
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  const next = job();
  const nextRun = limit.run(never, next.work);
  first.state.end();
  await running;
  await tick();
  expect(next.state.started).toBe(true);
  next.state.end();
  await nextRun;
});

it('frees the place of work that fails', async () => {
  const limit = new CallLimit({ running: 1, waiting: 0 });
  await expect(limit.run(never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(limit.run(never, () => Promise.resolve('yes'))).resolves.toBe('yes');
});
