/** When an owner counts as idle. */
import { expect, it } from 'vitest';
import { watchIdleness } from '../../../src/control/idle-watch.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const MINUTE = 60_000;

function watch() {
  const clock = new ManualClock();
  const state = { busy: false, idle: 0 };
  const end = watchIdleness({
    idleMs: 30 * MINUTE,
    isBusy: () => state.busy,
    onIdle: () => {
      state.idle += 1;
    },
    clock,
  });
  return { clock, state, end };
}

it('tells once after the whole time without work', () => {
  const { clock, state } = watch();
  clock.advance(29 * MINUTE);
  expect(state.idle).toBe(0);
  clock.advance(2 * MINUTE);
  expect(state.idle).toBe(1);
  clock.advance(120 * MINUTE);
  expect(state.idle).toBe(1);
});

it('starts over after work', () => {
  const { clock, state } = watch();
  clock.advance(20 * MINUTE);
  state.busy = true;
  clock.advance(20 * MINUTE);
  state.busy = false;
  clock.advance(29 * MINUTE);
  expect(state.idle).toBe(0);
  clock.advance(2 * MINUTE);
  expect(state.idle).toBe(1);
});

it('can be ended', () => {
  const { clock, state, end } = watch();
  end();
  clock.advance(120 * MINUTE);
  expect(state.idle).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});
