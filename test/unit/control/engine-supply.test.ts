/** The engine's preparation as calls see it. */
import { expect, it } from 'vitest';
import { EngineSupply, type OpenedEngine } from '../../../src/control/engine-supply.ts';
import { ThawError } from '../../../src/errors.ts';
import { silentLogger } from '../../../src/log.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const never = { signal: new AbortController().signal };
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Attempt {
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
  succeed(): void;
  fail(error: Error): void;
}

function open() {
  const clock = new ManualClock();
  const attempts: Attempt[] = [];
  const closed: string[] = [];
  const opened: OpenedEngine = {
    engine: fakeEngine({ onClose: (sandboxes) => closed.push(sandboxes) }),
    releaseHost: async () => void closed.push('released'),
  };
  const supply = new EngineSupply({
    clock,
    log: silentLogger(),
    waitMs: 40_000,
    retryMs: 2_000,
    sshEndpoint: () => null,
    previewBase: () => null,
    open: ({ progress, signal }) =>
      new Promise((resolve, reject) => {
        attempts.push({ progress, signal, succeed: () => resolve(opened), fail: reject });
      }),
  });
  const attempt = (index: number): Attempt => {
    const found = attempts[index];
    if (found === undefined) throw new Error(`there was no attempt ${index}`);
    return found;
  };
  return { clock, supply, attempts, attempt, closed, engine: opened.engine };
}

it('hands the engine to calls that wait and to those that come later', async () => {
  const { supply, attempt, engine } = open();
  const early = supply.acquire(never);
  attempt(0).succeed();
  expect(await early).toBe(engine);
  expect(await supply.acquire(never)).toBe(engine);
});

it('answers a call after 40 s with what is being done', async () => {
  const { clock, supply, attempt } = open();
  const call = supply.acquire(never);
  attempt(0).progress('Building the default snapshot');
  clock.advance(40_000);
  await expect(call).rejects.toMatchObject({
    code: 'engine_unreachable',
    retryable: true,
    message: 'The sandbox engine is still being prepared (40 s so far): Building the default snapshot.',
  });
});

it('tells waiting calls of progress, and none after they gave up', async () => {
  const { clock, supply, attempt } = open();
  const heard: string[] = [];
  const call = supply.acquire({ ...never, progress: (message) => heard.push(message) });
  attempt(0).progress('one');
  clock.advance(40_000);
  await expect(call).rejects.toThrow();
  attempt(0).progress('two');
  expect(heard).toEqual(['starting', 'one']);
});

it('lets a waiting call be cancelled', async () => {
  const { clock, supply } = open();
  const abort = new AbortController();
  const call = supply.acquire({ signal: abort.signal });
  abort.abort();
  await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  expect(clock.pendingTimers).toBe(0);
});

it('tries again on a call after a pause that doubles, and not before', async () => {
  const { clock, supply, attempts, attempt } = open();
  attempt(0).fail(new ThawError('setup_failed', 'No Docker.', { next: 'Start Docker.' }));
  await tick();
  const failure = {
    code: 'engine_unreachable',
    next: 'Start Docker.',
    message: expect.stringContaining('No Docker.'),
  };
  await expect(supply.acquire(never)).rejects.toMatchObject(failure);
  expect(attempts).toHaveLength(1);
  clock.advance(2_000);
  const second = supply.acquire(never);
  expect(attempts).toHaveLength(2);
  attempt(1).fail(new Error('surprise'));
  await expect(second).rejects.toMatchObject({ code: 'engine_unreachable' });
  clock.advance(3_999);
  await expect(supply.acquire(never)).rejects.toThrow();
  expect(attempts).toHaveLength(2);
  clock.advance(1);
  const third = supply.acquire(never);
  attempt(2).succeed();
  await third;
  expect(supply.state).toBe('ready');
});

it('closes the engine, and releases the host when asked to', async () => {
  const { supply, attempt, closed } = open();
  attempt(0).succeed();
  await tick();
  await supply.close({ sandboxes: 'stop', release: true });
  expect(closed).toEqual(['stop', 'released']);
  await expect(supply.acquire(never)).rejects.toMatchObject({ code: 'engine_unreachable' });
});

it('does not wait for ever for a preparation when it closes, and closes an engine that comes too late', async () => {
  const { clock, supply, attempt, closed } = open();
  const closing = supply.close({ sandboxes: 'keep', release: false });
  expect(attempt(0).signal.aborted).toBe(true);
  clock.advance(10_000);
  await closing;
  attempt(0).succeed();
  await tick();
  expect(closed).toEqual(['keep']);
  expect(supply.state).toBe('closed');
});
