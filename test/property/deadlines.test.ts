/** Every operation whose work hangs ends at its deadline, and what hung has no effect when it goes on after all. */
import { describe, expect, it } from 'vitest';
import { call } from '../support/open-engine.ts';
import { SimulatedEngine } from '../support/simulated-engine.ts';
import type { Call } from './perform.ts';
import { callEngine, codeOf } from './perform.ts';

const NAME = 'box';
/** Beyond every deadline of these operations. */
const LATER_MS = 16 * 60_000;

const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 30; turns += 1) await new Promise((resolve) => setImmediate(resolve));
};

type HangingCall = Parameters<SimulatedEngine['docker']['hangNext']>[0];

const cases: readonly {
  readonly before: readonly Call[];
  readonly step: Call;
  readonly hangs: HangingCall;
  readonly reason: string;
}[] = [
  {
    before: [{ op: 'stop', force: true }],
    step: { op: 'start' },
    hangs: 'startContainer',
    reason: 'Timeout while starting sandbox',
  },
  {
    before: [],
    step: { op: 'stop', force: true },
    hangs: 'killContainer',
    reason: 'Timeout while stopping sandbox',
  },
  { before: [], step: { op: 'pause' }, hangs: 'pauseContainer', reason: 'Timeout while pausing sandbox' },
  {
    before: [{ op: 'pause' }],
    step: { op: 'resume' },
    hangs: 'unpauseContainer',
    reason: 'Timeout while resuming sandbox',
  },
  {
    before: [],
    step: { op: 'resize', cpu: 2 },
    hangs: 'updateLimits',
    reason: 'Timeout while resizing sandbox',
  },
];

describe.each(cases)('$step.op that hangs', ({ before, step, hangs, reason }) => {
  it('is an error that can be recovered, and its end has no effect', async () => {
    const simulated = new SimulatedEngine();
    await simulated.open();
    const { engine, docker, clock } = simulated;
    await engine.lifecycle.create({ name: NAME, autoStopInterval: 0 }, call());
    for (const earlier of before) await callEngine(engine, NAME, earlier);
    const hanging = docker.hangNext(hangs);
    const answer = codeOf(callEngine(engine, NAME, step));
    await hanging.reached;
    // While it hangs everybody else is told so.
    expect(await codeOf(callEngine(engine, NAME, { op: 'start' }))).toBe('busy');
    clock.advance(LATER_MS);
    expect(await answer).toBe('timeout');
    const failed = { state: 'error', errorReason: reason, recoverable: true };
    expect(await engine.lifecycle.get(NAME, call())).toMatchObject(failed);
    hanging.release();
    await settled();
    expect(await engine.lifecycle.get(NAME, call())).toMatchObject(failed);
    expect(await engine.lifecycle.recover(NAME, { skipStart: false }, call())).toMatchObject({
      state: 'started',
      errorReason: null,
    });
    expect((await engine.exec.exec(NAME, { command: 'true' }, call())).exitCode).toBe(0);
    // What the record says is what the daemon holds it to, also after a resize that was cut in two.
    const { cpu } = await engine.lifecycle.get(NAME, call());
    expect([...docker.containers.values()].map(({ limits }) => limits.cpuCores)).toEqual([cpu]);
    expect(await simulated.dispose()).toEqual([]);
  });
});

describe('a delete that hangs', () => {
  it('is told, and tried again until it is done', async () => {
    const simulated = new SimulatedEngine();
    await simulated.open();
    const { engine, docker, clock } = simulated;
    await engine.lifecycle.create({ name: NAME }, call());
    const hanging = docker.hangNext('removeContainer');
    const answer = codeOf(engine.lifecycle.delete(NAME, call()));
    await hanging.reached;
    clock.advance(6 * 60_000);
    expect(await answer).toBe('timeout');
    await settled();
    clock.advance(60_000);
    await settled();
    expect(await codeOf(engine.lifecycle.get(NAME, call()))).toBe('sandbox_not_found');
    hanging.release();
    await settled();
    expect(await simulated.dispose()).toEqual([]);
  });
});

describe.each(['createContainer', 'startContainer'] as const)('a create whose %s hangs', (hangs) => {
  it('is given up, and leaves nothing behind', async () => {
    const simulated = new SimulatedEngine();
    await simulated.open();
    const { engine, docker, clock } = simulated;
    const hanging = docker.hangNext(hangs);
    const answer = codeOf(engine.lifecycle.create({ name: NAME }, call()));
    await hanging.reached;
    clock.advance(LATER_MS);
    expect(await answer).toBe('timeout');
    expect((await engine.lifecycle.list({}, call())).total).toBe(0);
    // Its name is free at once.
    await engine.lifecycle.create({ name: NAME }, call());
    hanging.release();
    await settled();
    expect(docker.containers.size).toBe(1);
    expect(await simulated.dispose()).toEqual([]);
  });
});
