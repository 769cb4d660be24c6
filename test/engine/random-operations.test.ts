/** Random operations and races on a real Docker Engine, held against the model of the property tests. */
import * as fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import { allContenders, outcomes, prepare, type Starting } from '../property/contenders.ts';
import { anyStep, type Model, predict, type Step } from '../property/model.ts';
import { callEngine, codeOf, isEvent } from '../property/perform.ts';
import {
  call,
  disposeEngine,
  makeStateDir,
  openTestEngine,
  testEngineOptions,
} from '../support/open-engine.ts';

const SEQUENCES = 15;
const LENGTH = 8;

it('does what the model says', { timeout: 600_000 }, async () => {
  const stateDir = makeStateDir();
  let engine = await openEngine(testEngineOptions(stateDir));
  onTestFinished(() => disposeEngine(engine, stateDir));

  const perform = async (name: string, step: Step): Promise<string | null> => {
    if (!isEvent(step)) return await codeOf(callEngine(engine, name, step));
    if (step.op !== 'replace owner') throw new Error(`${step.op} is for the simulated daemon`);
    await engine.close({ sandboxes: 'keep' });
    engine = await openEngine(testEngineOptions(stateDir));
    return await codeOf(engine.lifecycle.get(name, call()));
  };
  const compare = async (name: string, model: Model): Promise<void> => {
    if (model.state === 'destroyed') return;
    expect(await engine.lifecycle.get(name, call())).toMatchObject({ state: model.state, cpu: model.cpu });
    const answer = engine.exec.exec(name, { command: 'cat note' }, call());
    if (model.state === 'started') expect((await answer).stdout).toBe('kept\n');
    else await expect(answer).rejects.toMatchObject({ code: 'state_conflict' });
  };

  let index = 0;
  const sequence = fc.array(anyStep(false), { minLength: LENGTH, maxLength: LENGTH });
  await fc.assert(
    fc.asyncProperty(sequence, async (steps) => {
      index += 1;
      const name = `box-${index}`;
      await engine.lifecycle.create({ name, memory: 0.25 }, call());
      await engine.exec.exec(name, { command: 'echo kept > note' }, call());
      let model: Model = { state: 'started', cpu: 1, running: true };
      for (const step of steps) {
        const { error, after } = predict(model, step);
        expect(await perform(name, step), `${step.op} while ${model.state}`).toBe(error);
        model = after;
        await compare(name, model);
      }
      if (model.state !== 'destroyed') await engine.lifecycle.delete(name, call());
    }),
    // Shrinking would take hours on a real engine.
    { numRuns: SEQUENCES, endOnFailure: true },
  );
});

const states: readonly Exclude<Starting, 'error'>[] = ['started', 'stopped', 'paused'];

it.each(states)('lets one of fifty operations on a %s sandbox win', async (state) => {
  const engine = await openTestEngine();
  await engine.lifecycle.create({ name: 'box', memory: 0.25 }, call());
  await prepare(engine, 'box', state);
  const codes = await outcomes(engine, 'box', allContenders(50));
  expect(codes.filter((code) => code === null)).toHaveLength(1);
  expect(codes.filter((code) => !['busy', 'state_conflict', null].includes(code))).toEqual([]);
  const { state: after } = await engine.lifecycle.get('box', call());
  expect(['started', 'stopped', 'paused']).toContain(after);
});
