/** Fifty operations at once on one sandbox: one wins, the others are told so, and the sandbox is never left in between. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextState } from '../../src/engine/lifecycle/transitions.ts';
import { call } from '../support/open-engine.ts';
import { SimulatedEngine } from '../support/simulated-engine.ts';
import { contender, eventOf, outcomes, prepare, type Starting, startings } from './contenders.ts';
import { callEngine, codeOf } from './perform.ts';

const LASTING = ['started', 'stopped', 'paused'];

async function inState(state: Starting): Promise<SimulatedEngine> {
  const simulated = new SimulatedEngine();
  await simulated.open();
  await simulated.engine.lifecycle.create({ name: 'box', autoStopInterval: 0 }, call());
  if (state === 'error') {
    await simulated.engine.lifecycle.stop('box', { force: true }, call());
    simulated.docker.failNext('startContainer');
    await codeOf(simulated.engine.lifecycle.start('box', call()));
  } else await prepare(simulated.engine, 'box', state);
  expect((await simulated.engine.lifecycle.get('box', call())).state).toBe(state);
  return simulated;
}

describe.each(startings)('fifty operations at once on a sandbox that is %s', (state) => {
  it('have exactly one winner', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(contender, { minLength: 50, maxLength: 50 }), async (contenders) => {
        const simulated = await inState(state);
        const codes = await outcomes(simulated.engine, 'box', contenders);
        // Starting what runs is no work, but wins like any other.
        const fits = contenders.some(
          (step) =>
            nextState(state, eventOf(step)) !== null ||
            (state === 'started' && (step.op === 'start' || step.op === 'resume')),
        );
        expect(codes.filter((code) => code === null)).toHaveLength(fits ? 1 : 0);
        expect(codes.filter((code) => !['busy', 'state_conflict', null].includes(code))).toEqual([]);
        const after = await simulated.engine.lifecycle.get('box', call());
        expect([...LASTING, ...(fits ? [] : [state])]).toContain(after.state);
        expect(await simulated.dispose()).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('let a delete through, whatever else wins', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(contender, { minLength: 49, maxLength: 49 }),
        fc.integer({ min: 0, max: 49 }),
        async (contenders, at) => {
          const simulated = await inState(state);
          const { engine } = simulated;
          const before = contenders.slice(0, at).map((step) => codeOf(callEngine(engine, 'box', step)));
          const deleted = codeOf(engine.lifecycle.delete('box', call()));
          const after = contenders.slice(at).map((step) => codeOf(callEngine(engine, 'box', step)));
          expect(await deleted).toBeNull();
          const codes = await Promise.all([...before, ...after]);
          expect(codes.filter((code) => code === null).length).toBeLessThanOrEqual(1);
          expect(codes.filter((code) => !['busy', 'state_conflict', null].includes(code))).toEqual([]);
          expect((await engine.lifecycle.list({ includeErroredDeleted: true }, call())).total).toBe(0);
          expect(await simulated.dispose()).toEqual([]);
        },
      ),
      { numRuns: 10 },
    );
  });
});

describe('a delete', () => {
  it('cuts the creation of its sandbox short', async () => {
    const simulated = new SimulatedEngine();
    await simulated.open();
    const hanging = simulated.docker.hangNext('startContainer');
    const creating = codeOf(simulated.engine.lifecycle.create({ name: 'box' }, call()));
    while (simulated.docker.containers.size === 0) await new Promise((resolve) => setImmediate(resolve));
    const deleting = simulated.engine.lifecycle.delete('box', call());
    hanging.release();
    expect(await creating).toBe('state_conflict');
    expect((await deleting).state).toBe('destroyed');
    expect(await simulated.dispose()).toEqual([]);
  });

  it('under a running command leaves no row behind', async () => {
    const simulated = new SimulatedEngine();
    await simulated.open();
    const { lifecycle, exec } = simulated.engine;
    await lifecycle.create({ name: 'box' }, call());
    const command = codeOf(exec.exec('box', { command: 'WAIT' }, call()));
    await new Promise((resolve) => setImmediate(resolve));
    simulated.clock.advance(10_000);
    await lifecycle.delete('box', call());
    expect(await command).toBe('state_conflict');
    expect(await simulated.dispose()).toEqual([]);
  });

  it('that fails is told, hidden from lists, and tried again until it is done', async () => {
    const simulated = new SimulatedEngine();
    await simulated.open();
    const { engine, docker, clock } = simulated;
    await engine.lifecycle.create({ name: 'box' }, call());
    docker.failNext('removeContainer');
    expect(await codeOf(engine.lifecycle.delete('box', call()))).toBe('engine_error');
    expect(await engine.lifecycle.get('box', call())).toMatchObject({
      state: 'error',
      desiredState: 'destroyed',
      recoverable: false,
      errorReason: expect.stringContaining('planned by the test'),
    });
    expect((await engine.lifecycle.list({}, call())).total).toBe(0);
    expect((await engine.lifecycle.list({ includeErroredDeleted: true }, call())).total).toBe(1);
    clock.advance(40_000);
    for (let turns = 0; turns < 50; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(await codeOf(engine.lifecycle.get('box', call()))).toBe('sandbox_not_found');
    expect(await simulated.dispose()).toEqual([]);
  });
});
