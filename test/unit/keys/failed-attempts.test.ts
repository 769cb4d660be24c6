/** Wrong keys by address: how many are free, how long the wait is, how much is remembered. */
import { expect, it } from 'vitest';
import { FailedAttempts } from '../../../src/keys/failed-attempts.ts';
import { ManualClock } from '../../support/manual-clock.ts';

it('makes an address wait after twenty wrong keys a minute, and no other', () => {
  const clock = new ManualClock();
  const attempts = new FailedAttempts(clock);
  for (let i = 0; i < 19; i += 1) attempts.note('a');
  expect(attempts.waitSeconds('a')).toBe(0);
  attempts.note('a');
  clock.advance(15_000);
  expect(attempts.waitSeconds('a')).toBe(45);
  expect(attempts.waitSeconds('b')).toBe(0);
  clock.advance(45_000);
  expect(attempts.waitSeconds('a')).toBe(0);
  expect(attempts.size).toBe(0);
});

it('forgets the address that failed longest ago when there are too many', () => {
  const attempts = new FailedAttempts(new ManualClock());
  for (let i = 0; i < 20; i += 1) attempts.note('first');
  for (let i = 0; i < 5_000; i += 1) attempts.note(`address ${i}`);
  expect(attempts.size).toBe(4_096);
  expect(attempts.waitSeconds('first')).toBe(0);
});
