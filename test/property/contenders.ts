/** Operations that compete for one sandbox, for the race tests on the simulated and on the real engine. */
import * as fc from 'fast-check';
import type { RequestEvent } from '../../src/engine/lifecycle/transitions.ts';
import type { Engine } from '../../src/engine/options.ts';
import { call } from '../support/open-engine.ts';
import type { Step } from './model.ts';
import { callEngine, codeOf } from './perform.ts';

export const startings = ['started', 'stopped', 'paused', 'error'] as const;
export type Starting = (typeof startings)[number];

export type Contender =
  | { readonly op: 'start' | 'pause' | 'resume' }
  | Extract<Step, { readonly op: 'stop' } | { readonly op: 'recover' } | { readonly op: 'resize' }>;

const kinds: readonly Contender[] = [
  { op: 'start' },
  { op: 'pause' },
  { op: 'resume' },
  { op: 'stop', force: true },
  { op: 'stop', force: false },
  { op: 'recover', skipStart: false },
  { op: 'recover', skipStart: true },
  // More than it has, so that it is only ever a matter of state.
  { op: 'resize', cpu: 1.5 },
];

export const contender: fc.Arbitrary<Contender> = fc.constantFrom(...kinds);
export const allContenders = (count: number): Contender[] =>
  Array.from({ length: count }, (_, index) => kinds[index % kinds.length] ?? { op: 'start' });

const events: Record<Exclude<Contender['op'], 'recover'>, RequestEvent> = {
  start: 'start_requested',
  pause: 'pause_requested',
  resume: 'resume_requested',
  stop: 'stop_requested',
  resize: 'resize_requested',
};

export function eventOf(step: Contender): RequestEvent {
  if (step.op !== 'recover') return events[step.op];
  return step.skipStart ? 'recover_stopped_requested' : 'recover_requested';
}

/** Brings a started sandbox into the state that a race begins in. */
export async function prepare(
  engine: Engine,
  name: string,
  state: Exclude<Starting, 'error'>,
): Promise<void> {
  if (state === 'stopped') await engine.lifecycle.stop(name, { force: true }, call());
  if (state === 'paused') await engine.lifecycle.pause(name, call());
}

/** All at the same moment: null for each that succeeded, the code of its error for each that did not. */
export async function outcomes(
  engine: Engine,
  name: string,
  contenders: readonly Contender[],
): Promise<readonly (string | null)[]> {
  return await Promise.all(contenders.map((step) => codeOf(callEngine(engine, name, step))));
}
