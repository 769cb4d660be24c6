/** The transition table: what is legal, what is refused, and that nothing is a dead end. */
import { describe, expect, it } from 'vitest';
import { sandboxStates } from '../../../schemas/state.ts';
import { lifecycleEvents, nextState, requireTransition } from '../../../src/engine/lifecycle/transitions.ts';

describe('the transition table', () => {
  it('allows delete in every state but destroyed', () => {
    for (const state of sandboxStates) {
      expect(nextState(state, 'delete_requested')).toBe(state === 'destroyed' ? null : 'destroying');
    }
  });

  it('leads from every state to destroyed', () => {
    for (const start of sandboxStates) {
      const seen = new Set<string>([start]);
      const queue = [start];
      for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
        for (const event of lifecycleEvents) {
          const next = nextState(state, event);
          if (next !== null && !seen.has(next)) {
            seen.add(next);
            queue.push(next);
          }
        }
      }
      expect(seen.has('destroyed'), start).toBe(true);
    }
  });

  it('refuses to stop what does not run and to start what is on its way', () => {
    expect(nextState('stopped', 'stop_requested')).toBeNull();
    expect(nextState('destroying', 'start_requested')).toBeNull();
    expect(nextState('creating', 'start_requested')).toBeNull();
  });

  it('names the fitting states in its refusal', () => {
    expect(() => requireTransition({ name: 'box', state: 'stopped' }, 'stop_requested')).toThrow(
      /box is stopped; this needs one of: started/,
    );
  });
});
