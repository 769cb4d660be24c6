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
    expect(due({ ...stopped, autoDeleteMinutes: -1 }, 10_079 * MINUTE)).toBeNull();
    expect(due({ ...stopped, autoDeleteMinutes: -1 }, 1e12)).not.toBe('delete');
  });

  it('deletes at the end of its time to live, whatever the state', () => {
    for (const state of ['started', 'stopped', 'error'] as const) {
      expect(due({ state, destroyAt: 500, lastActivityAt: 400 }, 499)).toBeNull();
      expect(due({ state, destroyAt: 500, lastActivityAt: 400 }, 500)).toBe('delete');
    }
  });

  it('takes a half-done delete up again', () => {
    const half = { desiredState: 'destroyed', updatedAt: 0 } as const;
    expect(due({ ...half, state: 'destroying' }, 29_999)).toBeNull();
    expect(due({ ...half, state: 'destroying' }, 30_000)).toBe('delete');
    expect(due({ ...half, state: 'error' }, 30_000)).toBe('delete');
  });

  it('archives a stopped sandbox after its interval, 0 being the longest, unless it is to be deleted', () => {
    const stopped = { state: 'stopped', stoppedAt: 0 } as const;
    expect(due({ ...stopped, autoArchiveMinutes: 10 }, 10 * MINUTE - 1)).toBeNull();
    expect(due({ ...stopped, autoArchiveMinutes: 10 }, 10 * MINUTE)).toBe('archive');
    expect(due({ ...stopped, autoArchiveMinutes: 0 }, 43_200 * MINUTE - 1)).toBeNull();
    expect(due({ ...stopped, autoArchiveMinutes: 0 }, 43_200 * MINUTE)).toBe('archive');
    expect(due({ ...stopped, autoArchiveMinutes: 10, autoDeleteMinutes: 10 }, 10 * MINUTE)).toBe('delete');
  });

  it('waits another interval after an archive that failed', () => {
    const failed = { state: 'stopped', stoppedAt: 0, backupState: 'Error', autoArchiveMinutes: 10 } as const;
    expect(due({ ...failed, updatedAt: 5 * MINUTE }, 14 * MINUTE)).toBeNull();
    expect(due({ ...failed, updatedAt: 5 * MINUTE }, 15 * MINUTE)).toBe('archive');
  });

  it('leaves a paused sandbox alone but for its time to live', () => {
    const paused = { state: 'paused', desiredState: 'paused', lastActivityAt: 0 } as const;
    expect(due({ ...paused, autoStopMinutes: 1, autoDeleteMinutes: 1 }, 1e12)).toBeNull();
    expect(due({ ...paused, destroyAt: 500 }, 500)).toBe('delete');
  });
});
