/** What a sandbox should do, told from the transition table alone: the model that random operations are held against. */
import * as fc from 'fast-check';
import type { SandboxDesiredState, SandboxState } from '../../schemas/state.ts';
import { nextState, type RequestEvent } from '../../src/engine/lifecycle/transitions.ts';

export type Step =
  | { readonly op: 'start' | 'pause' | 'resume' }
  | { readonly op: 'delete' | 'relabel' }
  | { readonly op: 'stop'; readonly force: boolean }
  | { readonly op: 'recover'; readonly skipStart: boolean }
  | { readonly op: 'resize'; readonly cpu: number }
  /** The container ends from outside, while an owner is there or between two owners. */
  | { readonly op: 'die' | 'die unseen' }
  | { readonly op: 'replace owner' }
  /** A start that the daemon refuses, or that hangs beyond its deadline. */
  | { readonly op: 'failing start' | 'hanging start' };

export interface Model {
  readonly state: SandboxState;
  readonly cpu: number;
  /** Whether its container runs, frozen or not. */
  readonly running: boolean;
}

/** What a step answers: null for success, else the code of its error. */
export interface Prediction {
  readonly error: string | null;
  readonly after: Model;
}

/** Daytona's invariant: the states that a sandbox may be in while it is meant to be so. */
export const fitting: Record<Exclude<SandboxDesiredState, 'resized'>, readonly SandboxState[]> = {
  started: [
    'started',
    'stopped',
    'starting',
    'archived',
    'creating',
    'unknown',
    'restoring',
    'pending_build',
    'building_snapshot',
    'pulling_snapshot',
    'archiving',
    'error',
    'build_failed',
    'resizing',
    'snapshotting',
    'forking',
    'paused',
    'resuming',
  ],
  stopped: [
    'started',
    'stopping',
    'stopped',
    'error',
    'build_failed',
    'resizing',
    'snapshotting',
    'forking',
    'paused',
    'pausing',
  ],
  archived: ['archived', 'archiving', 'stopped', 'error', 'build_failed'],
  destroyed: [
    'destroyed',
    'destroying',
    'stopped',
    'started',
    'archived',
    'error',
    'build_failed',
    'archiving',
    'pending_build',
    'paused',
  ],
  // Beyond Daytona's: a pause that failed, which there only a virtual machine can have.
  paused: ['started', 'pausing', 'paused', 'error'],
};

const gone: Model = { state: 'destroyed', cpu: 0, running: false };
const conflict = (model: Model): Prediction => ({ error: 'state_conflict', after: model });
const fine = (after: Model): Prediction => ({ error: null, after });

function predictStart(model: Model, fault: 'engine_error' | 'timeout' | null): Prediction {
  if (model.state === 'started') return fine(model);
  if (nextState(model.state, 'start_requested') === null) return conflict(model);
  // A container that runs is taken over as it is, so the daemon is not asked to start it.
  if (fault !== null && !model.running) return { error: fault, after: { ...model, state: 'error' } };
  return fine({ ...model, state: 'started', running: true });
}

function predictResize(model: Model, cpu: number): Prediction {
  if (nextState(model.state, 'resize_requested') === null) return conflict(model);
  if (model.state === 'started' && cpu < model.cpu) return conflict(model);
  if (cpu === model.cpu) return { error: 'invalid_argument', after: model };
  return fine({ ...model, cpu });
}

const request = (model: Model, event: RequestEvent, after: Partial<Model>): Prediction =>
  nextState(model.state, event) === null ? conflict(model) : fine({ ...model, ...after });

const ended = (model: Model): Model => ({
  ...model,
  state: model.state === 'started' || model.state === 'paused' ? 'stopped' : model.state,
  running: false,
});

/** The steps whose outcome the state alone decides. */
const rules: Record<Exclude<Step['op'], 'recover' | 'resize'>, (model: Model) => Prediction> = {
  start: (model) => predictStart(model, null),
  'failing start': (model) => predictStart(model, 'engine_error'),
  'hanging start': (model) => predictStart(model, 'timeout'),
  stop: (model) => request(model, 'stop_requested', { state: 'stopped', running: false }),
  pause: (model) => request(model, 'pause_requested', { state: 'paused' }),
  resume: (model) =>
    model.state === 'started' ? fine(model) : request(model, 'resume_requested', { state: 'started' }),
  delete: () => fine(gone),
  relabel: fine,
  'replace owner': fine,
  die: (model) => fine(ended(model)),
  // What should run is started again by the next owner; the memory of what was paused is lost.
  'die unseen': (model) => fine(model.state === 'started' ? model : ended(model)),
};

export function predict(model: Model, step: Step): Prediction {
  if (model.state === 'destroyed') return { error: 'sandbox_not_found', after: model };
  if (step.op === 'resize') return predictResize(model, step.cpu);
  if (step.op !== 'recover') return rules[step.op](model);
  return step.skipStart
    ? request(model, 'recover_stopped_requested', { state: 'stopped', running: false })
    : request(model, 'recover_requested', { state: 'started', running: true });
}

const weighted = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });

/** Random steps; `faults` for those that only a simulated daemon can have. */
export const anyStep = (faults: boolean): fc.Arbitrary<Step> =>
  fc.oneof(
    weighted(4, fc.constantFrom<Step>({ op: 'start' }, { op: 'pause' }, { op: 'resume' })),
    weighted(
      2,
      fc.boolean().map((force): Step => ({ op: 'stop', force })),
    ),
    weighted(
      2,
      fc.constantFrom(0.5, 1, 1.5, 2).map((cpu): Step => ({ op: 'resize', cpu })),
    ),
    weighted(
      1,
      fc.boolean().map((skipStart): Step => ({ op: 'recover', skipStart })),
    ),
    weighted(1, fc.constantFrom<Step>({ op: 'relabel' }, { op: 'replace owner' })),
    ...(faults
      ? [
          weighted(
            3,
            fc.constantFrom<Step>(
              { op: 'die' },
              { op: 'die unseen' },
              { op: 'failing start' },
              { op: 'hanging start' },
            ),
          ),
        ]
      : []),
    { weight: 1, arbitrary: fc.constant<Step>({ op: 'delete' }) },
  );
