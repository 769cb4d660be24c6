/** The transition table: what is legal, what is refused, and that nothing is a dead end. */
import { describe, expect, it } from 'vitest';
import { type SandboxState, sandboxStates } from '../../../schemas/state.ts';
import { deadlines } from '../../../src/engine/lifecycle/deadlines.ts';
import {
  desiredAfter,
  lifecycleEvents,
  nextState,
  type RequestEvent,
  requireTransition,
} from '../../../src/engine/lifecycle/transitions.ts';

/** States that a sandbox stays in; it only passes through all others. */
const lasting: readonly SandboxState[] = [
  'started',
  'stopped',
  'paused',
  'archived',
  'error',
  'build_failed',
  'destroyed',
];

/** Daytona's matrix, with the exceptions that Thaw makes: the states in which a request is legal. */
const matrix: Record<RequestEvent, readonly SandboxState[]> = {
  // Beyond Daytona: an errored sandbox is recovered, and a container that is paused is resumed.
  start_requested: ['stopped', 'error', 'archiving', 'archived', 'paused'],
  stop_requested: ['started', 'paused'],
  pause_requested: ['started'],
  resume_requested: ['paused'],
  recover_requested: ['error'],
  recover_stopped_requested: ['error'],
  resize_requested: ['started', 'stopped'],
  archive_requested: ['stopped'],
  snapshot_requested: ['started', 'stopped'],
  // Beyond Daytona: containers, and stopped ones.
  fork_requested: ['started', 'stopped'],
  // Beyond Daytona: everywhere, in the middle of everything.
  delete_requested: sandboxStates.filter((state) => state !== 'destroyed'),
};

describe('the transition table', () => {
  it.each(Object.entries(matrix))('allows %s where the matrix does, and nowhere else', (event, states) => {
    const known = lifecycleEvents.find((candidate) => candidate === event);
    if (known === undefined) throw new Error(`no event ${event}`);
    const legal = sandboxStates.filter((state) => nextState(state, known) !== null);
    expect(legal.toSorted()).toEqual([...states].toSorted());
  });

  it('leads from every state to destroyed, and from every passing one to a lasting one by itself', () => {
    const outcomes = lifecycleEvents.filter((event) => !(event in matrix));
    const reach = (start: SandboxState, events: readonly (typeof lifecycleEvents)[number][]) => {
      const seen = new Set<SandboxState>([start]);
      const queue = [start];
      for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
        for (const event of events) {
          const next = nextState(state, event);
          if (next !== null && !seen.has(next)) {
            seen.add(next);
            queue.push(next);
          }
        }
      }
      return seen;
    };
    for (const start of sandboxStates) {
      expect(reach(start, lifecycleEvents).has('destroyed'), start).toBe(true);
      expect(
        lasting.some((state) => reach(start, outcomes).has(state)),
        start,
      ).toBe(true);
    }
  });

  it('lets every state but destroyed fail, and fails what only passes at its deadline', () => {
    for (const state of sandboxStates) {
      expect(nextState(state, 'failed')).toBe(state === 'destroyed' ? null : 'error');
      expect(state in deadlines, state).toBe(!lasting.includes(state));
    }
  });

  it('says what a sandbox is meant to be', () => {
    expect(desiredAfter('pause_requested', 'started')).toBe('paused');
    expect(desiredAfter('resize_requested', 'stopped')).toBe('stopped');
    expect(desiredAfter('failed', 'destroyed')).toBe('destroyed');
    expect(desiredAfter('died', 'started')).toBe('stopped');
  });

  it('refuses in the words of the API, names the fitting states, and says what to do', () => {
    const refusal = (state: SandboxState, event: RequestEvent) => () =>
      requireTransition({ name: 'box', state }, event);
    expect(refusal('stopped', 'stop_requested')).toThrow(
      'Sandbox is not in a stoppable state: box is stopped; this needs one of: started, paused.',
    );
    expect(refusal('error', 'stop_requested')).toThrow('Sandbox is in an errored state');
    expect(refusal('paused', 'resize_requested')).toThrow(
      expect.objectContaining({ code: 'state_conflict', next: 'Call sandbox_resume first.' }),
    );
    expect(refusal('archived', 'archive_requested')).toThrow('Sandbox is not stopped');
  });
});
