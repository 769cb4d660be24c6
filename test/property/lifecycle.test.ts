/** Random sequences of operations, faults and owners on the engine over a simulated daemon, held against the model. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { call } from '../support/open-engine.ts';
import { SimulatedEngine } from '../support/simulated-engine.ts';
import { anyStep, fitting, type Model, predict, type Step } from './model.ts';
import { callEngine, codeOf, type Event, isEvent } from './perform.ts';

const NAME = 'box';
/** Beyond the deadline of a start. */
const LATER_MS = 6 * 60_000;

const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
};

async function suffer(simulated: SimulatedEngine, id: string, step: Event): Promise<string | null> {
  const { docker, clock } = simulated;
  if (step.op === 'die' || step.op === 'die unseen' || step.op === 'replace owner') {
    const end = (): void => {
      const container = docker.of(id);
      if (container !== null) docker.end(container, 1);
    };
    if (step.op === 'die') end();
    else await simulated.replaceOwner(step.op === 'die unseen' ? end : undefined);
    await settled();
    return await codeOf(simulated.engine.lifecycle.get(NAME, call()));
  }
  const hanging = step.op === 'hanging start' ? docker.hangNext('startContainer') : null;
  if (hanging === null) docker.failNext('startContainer');
  const starting = codeOf(simulated.engine.lifecycle.start(NAME, call()));
  // A start that needs no container's start does not get there.
  await Promise.race([starting, hanging?.reached ?? starting]);
  if (hanging !== null) clock.advance(LATER_MS);
  const code = await starting;
  docker.heal();
  // What hung goes on after all: by then it is nobody's.
  hanging?.release();
  await settled();
  return code;
}

const perform = (simulated: SimulatedEngine, id: string, step: Step): Promise<string | null> =>
  isEvent(step) ? suffer(simulated, id, step) : codeOf(callEngine(simulated.engine, NAME, step));

/** The engine, its record and the daemon all say what the model says. */
async function compare(simulated: SimulatedEngine, id: string, model: Model): Promise<void> {
  const container = simulated.docker.of(id);
  if (model.state === 'destroyed') {
    expect(container).toBeNull();
    return;
  }
  const { state, desiredState, cpu, recoverable, errorReason } = await simulated.engine.lifecycle.get(
    NAME,
    call(),
  );
  expect(state).toBe(model.state);
  expect(cpu).toBe(model.cpu);
  if (desiredState === 'resized') throw new Error('no sandbox is meant to be resized for ever');
  expect(fitting[desiredState], `${state} while it should be ${desiredState}`).toContain(state);
  expect(recoverable).toBe(state === 'error');
  if (state === 'error') expect(errorReason).not.toBeNull();
  expect({ running: container?.running, paused: container?.paused }).toEqual({
    running: model.running,
    paused: model.state === 'paused',
  });
  const { exitCode } = await simulated.engine.exec.exec(NAME, { command: 'true' }, call()).catch(() => ({
    exitCode: null,
  }));
  expect(exitCode).toBe(model.state === 'started' ? 0 : null);
}

/** A container whose start came too late runs although nobody knows: the model learns it. */
function afterLateStart(model: Model, step: Step, code: string | null): Model {
  return step.op === 'hanging start' && code === 'timeout' ? { ...model, running: true } : model;
}

it('does what the transition table says, after each of any steps', { timeout: 180_000 }, async () => {
  let steps = 0;
  const sequence = fc.array(anyStep(true), { minLength: 1, maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(sequence, async (sequenceOfSteps) => {
      const simulated = new SimulatedEngine();
      await simulated.open();
      const { id } = await simulated.engine.lifecycle.create({ name: NAME, autoStopInterval: 0 }, call());
      let model: Model = { state: 'started', cpu: 1, running: true };
      for (const step of sequenceOfSteps) {
        const { error, after } = predict(model, step);
        const code = await perform(simulated, id, step);
        expect(code, `${step.op} while ${model.state}`).toBe(error);
        model = afterLateStart(after, step, code);
        await compare(simulated, id, model);
        steps += 1;
      }
      expect(await simulated.dispose()).toEqual([]);
    }),
    { numRuns: 300 },
  );
  expect(steps).toBeGreaterThan(1_000);
});
