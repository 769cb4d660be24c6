/**
 * Which operation the API takes in which state, and in which words it refuses the others; with the differences that
 * Thaw's lifecycle makes on purpose. The engine checks again: this is about words and statuses.
 */
import type { Sandbox } from '../../schemas/sandbox.ts';
import { type SandboxState, sandboxStates } from '../../schemas/state.ts';
import { ApiFailure } from './failure.ts';

export const stateOperations = [
  'start',
  'stop',
  'archive',
  'delete',
  'resize',
  'snapshot',
  'fork',
  'pause',
  'backup',
] as const;
export type StateOperation = (typeof stateOperations)[number];

export interface Refusal {
  readonly status: 400 | 409 | 422;
  readonly message: string;
}

/** States in which something is under way. */
export const busyStates: ReadonlySet<SandboxState> = new Set([
  'creating',
  'unknown',
  'pulling_snapshot',
  'pending_build',
  'building_snapshot',
  'restoring',
  'starting',
  'stopping',
  'pausing',
  'resuming',
  'resizing',
  'snapshotting',
  'forking',
  'destroying',
]);

const errored: Refusal = { status: 400, message: 'Sandbox is in an errored state' };
const inProgress: Refusal = { status: 409, message: 'Sandbox state change in progress' };
const bad = (message: string): Refusal => ({ status: 400, message });

const startedOrStopped = (what: string): Refusal =>
  bad(`Sandbox must be in started or stopped state to ${what}`);

interface Rule {
  readonly takes: readonly SandboxState[];
  /** What is said in states that are not named in `says`. */
  readonly otherwise: Refusal;
  readonly says?: Partial<Record<SandboxState, Refusal>>;
}

const forFailed = { error: errored, build_failed: errored } as const;
const whileBusy = Object.fromEntries(
  sandboxStates.filter((state) => busyStates.has(state)).map((state) => [state, inProgress]),
);

const rules: Readonly<Record<StateOperation, Rule>> = {
  start: {
    takes: ['started', 'stopped', 'archived', 'archiving', 'paused', 'error'],
    otherwise: inProgress,
    says: forFailed,
  },
  stop: {
    takes: ['started', 'paused'],
    otherwise: bad('Sandbox is not in a stoppable state'),
    says: { ...whileBusy, archiving: inProgress, ...forFailed },
  },
  archive: {
    takes: ['stopped'],
    otherwise: bad('Sandbox is not stopped'),
    says: { ...whileBusy, archiving: inProgress, ...forFailed },
  },
  delete: { takes: sandboxStates, otherwise: inProgress },
  resize: { takes: ['started', 'stopped'], otherwise: startedOrStopped('resize') },
  snapshot: { takes: ['started', 'stopped'], otherwise: startedOrStopped('create a snapshot') },
  fork: { takes: ['started', 'stopped'], otherwise: startedOrStopped('fork') },
  pause: { takes: ['started'], otherwise: bad('Sandbox must be in started state to pause') },
  backup: { takes: ['started', 'stopped'], otherwise: startedOrStopped('back up') },
};

/** What is said against an operation in this state; null where it is taken. */
export function refusalOf(operation: StateOperation, state: SandboxState): Refusal | null {
  const { takes, otherwise, says } = rules[operation];
  return takes.includes(state) ? null : (says?.[state] ?? otherwise);
}

/** Throws ApiFailure. */
export function requireState(operation: StateOperation, { state }: Pick<Sandbox, 'state'>): void {
  const refusal = refusalOf(operation, state);
  if (refusal === null) return;
  const code = refusal.status === 409 ? 'busy' : 'state_conflict';
  throw new ApiFailure(refusal.status, refusal.message, { code });
}

/** Throws ApiFailure. */
export function requireRecoverable({ state, recoverable }: Pick<Sandbox, 'state' | 'recoverable'>): void {
  const words = !recoverable
    ? 'Sandbox is not in a recoverable state'
    : state === 'error'
      ? null
      : 'Sandbox must be in error state to recover';
  if (words !== null) throw new ApiFailure(400, words, { code: 'state_conflict' });
}
