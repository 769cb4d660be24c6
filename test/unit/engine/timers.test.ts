/** What is due, and when. */
import { describe, expect, it } from 'vitest';
import { dueAction } from '../../../src/engine/lifecycle/timers.ts';
import { makeRecord } from './records.ts';

const MINUTE = 60_000;
const due = (change: Parameters<typeof makeRecord>[0], now: number, runningCommands = 0) =>
  dueAction({ record: makeRecord(change), runningCommands }, now);

describe('dueAction', () => {
  it('stops a sandbox that was idle for its interval, not a moment before', () => {
    expect(due({ lastActivityAt: 0, autoStopMinutes: 15 }, 15 * MINUTE - 1)).toBeNull();
    expect(due({ lastActivityAt: 0, autoStopMinutes: 15 }, 15 * MINUTE)).toBe('stop');
  });

  it('never stops one whose interval is 0, nor one at work', () => {
    expect(due({ lastActivityAt: 0, autoStopMinutes: 0 }, 1e12)).toBeNull();
    expect(due({ lastActivityAt: 0 }, 1e12, 1)).toBeNull();
  });

  it('deletes a stopped sandbox after its interval; 0 is at once and a negative one never', () => {
    const stopped = { state: 'stopped', stoppedAt: 0 } as const;
    expect(due({ ...stopped, autoDeleteMinutes: 10 }, 10 * MINUTE - 1)).toBeNull();
    expect(due({ ...stopped, autoDeleteMinutes: 10 }, 10 * MINUTE)).toBe('delete');
    expect(due({ ...stopped, autoDeleteMinutes: 0 }, 0)).toBe('delete');
    expect(due({ ...stopped, autoDeleteMinutes: -1 }, 1e12)).toBeNull();
  });

  it('deletes at the end of its time to live, whatever the state', () => {
    for (const state of ['started', 'stopped', 'error'] as const) {
      expect(due({ state, destroyAt: 500, lastActivityAt: 400 }, 499)).toBeNull();
      expect(due({ state, destroyAt: 500, lastActivityAt: 400 }, 500)).toBe('delete');
    }
  });

  it('takes a half-done delete up again', () => {
    expect(due({ state: 'destroying' }, 0)).toBe('delete');
  });
});
