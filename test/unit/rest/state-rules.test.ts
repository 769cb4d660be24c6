/** Holds the state rules to the API's matrix of states and operations, as it was observed, but for the listed exceptions. */
import { describe, expect, it } from 'vitest';
import { type SandboxState, sandboxStates } from '../../../schemas/state.ts';
import { stateExceptions } from '../../../src/rest/exceptions.ts';
import {
  busyStates,
  refusalOf,
  requireRecoverable,
  type StateOperation,
  stateOperations,
} from '../../../src/rest/state-rules.ts';

const errored = '400 Sandbox is in an errored state';
const progress = '409 Sandbox state change in progress';
const noFork = '422 Forking is not supported for this sandbox';
const mustBe = (what: string): string => `400 Sandbox must be in ${what}`;
const toResize = mustBe('started or stopped state to resize');
const toSnapshot = mustBe('started or stopped state to create a snapshot');
const toPause = mustBe('started state to pause');
const notStopped = '400 Sandbox is not stopped';
const notStoppable = '400 Sandbox is not in a stoppable state';

type Column = 'started' | 'stopped' | 'archived' | 'archiving' | 'paused' | 'failed' | 'busy';

/** What the API answers for containers; null where it takes the operation. */
const matrix: Readonly<Record<StateOperation, Readonly<Record<Column, string | null>>>> = {
  start: {
    started: null,
    stopped: null,
    archived: null,
    archiving: null,
    paused: '422 Resuming is not supported for this sandbox',
    failed: errored,
    busy: progress,
  },
  stop: {
    started: null,
    stopped: notStoppable,
    archived: notStoppable,
    archiving: progress,
    paused: null,
    failed: errored,
    busy: progress,
  },
  archive: {
    started: notStopped,
    stopped: null,
    archived: notStopped,
    archiving: progress,
    paused: notStopped,
    failed: errored,
    busy: progress,
  },
  delete: {
    started: null,
    stopped: null,
    archived: null,
    archiving: null,
    paused: null,
    failed: null,
    busy: progress,
  },
  resize: {
    started: null,
    stopped: null,
    archived: toResize,
    archiving: toResize,
    paused: toResize,
    failed: toResize,
    busy: toResize,
  },
  snapshot: {
    started: null,
    stopped: null,
    archived: toSnapshot,
    archiving: toSnapshot,
    paused: toSnapshot,
    failed: toSnapshot,
    busy: toSnapshot,
  },
  fork: {
    started: noFork,
    stopped: noFork,
    archived: noFork,
    archiving: noFork,
    paused: noFork,
    failed: noFork,
    busy: noFork,
  },
  pause: {
    started: '422 Pausing is not supported for this sandbox',
    stopped: toPause,
    archived: toPause,
    archiving: toPause,
    paused: toPause,
    failed: toPause,
    busy: toPause,
  },
  backup: {
    started: null,
    stopped: null,
    archived: null,
    archiving: null,
    paused: null,
    failed: null,
    busy: null,
  },
};

function columnOf(state: SandboxState): Column {
  if (state === 'error' || state === 'build_failed') return 'failed';
  if (busyStates.has(state)) return 'busy';
  const column = (['started', 'stopped', 'archived', 'archiving', 'paused'] as const).find(
    (name) => name === state,
  );
  if (column === undefined) throw new Error(`${state} is in no column`);
  return column;
}

const isException = (operation: StateOperation, state: SandboxState): boolean =>
  stateExceptions.some(
    ({ operation: named, states }) =>
      named === operation && (states.includes(state) || (busyStates.has(state) && states.includes('busy'))),
  );

const said = (operation: StateOperation, state: SandboxState): string | null => {
  const refusal = refusalOf(operation, state);
  return refusal === null ? null : `${refusal.status} ${refusal.message}`;
};

/** A sandbox that is gone is not found, whatever is asked of it. A delete that waits is answered by the API, too. */
const states = sandboxStates.filter((state) => state !== 'destroyed');

describe.each(stateOperations)('%s', (operation) => {
  it.each(states)('of a sandbox that is %s', (state) => {
    const api = matrix[operation][columnOf(state)];
    const isAsked = operation === 'delete' && state === 'pending_build';
    if (isException(operation, state) && !isAsked) expect(said(operation, state)).not.toBe(api);
    else expect(said(operation, state)).toBe(isAsked ? null : api);
  });
});

describe('recover', () => {
  it('needs a failed sandbox of which something is left', () => {
    const words = (state: SandboxState, recoverable: boolean): string => {
      try {
        requireRecoverable({ state, recoverable });
        return '';
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
    };
    expect(words('error', true)).toBe('');
    expect(words('error', false)).toBe('Sandbox is not in a recoverable state');
    expect(words('started', false)).toBe('Sandbox is not in a recoverable state');
    expect(words('started', true)).toBe('Sandbox must be in error state to recover');
  });
});
