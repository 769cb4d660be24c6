/** Progress: growing values, a bounded rate, a sign of life within ten seconds, nothing after the end. */
import { expect, it } from 'vitest';
import { ProgressReporter } from '../../../src/server/progress.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function start() {
  const clock = new ManualClock();
  const sent: [number, string][] = [];
  const reporter = new ProgressReporter({
    clock,
    label: 'sandbox_exec is running',
    send: (value, message) => sent.push([value, message]),
  });
  return { clock, sent, reporter };
}

it('says something at least every ten seconds', () => {
  const { clock, sent } = start();
  clock.advance(30_000);
  expect(sent).toEqual([
    [1, 'sandbox_exec is running (8 s)'],
    [2, 'sandbox_exec is running (16 s)'],
    [3, 'sandbox_exec is running (24 s)'],
  ]);
});

it('passes messages on at a bounded rate and repeats the last with the heartbeat', () => {
  const { clock, sent, reporter } = start();
  for (let index = 0; index < 1_000; index += 1) {
    reporter.report(`layer ${index}`);
    clock.advance(1);
  }
  expect(sent).toHaveLength(5);
  clock.advance(8_000);
  expect(sent.at(-1)?.[1]).toBe('layer 999 (9 s)');
  expect(sent.map(([value]) => value)).toEqual(sent.map((_, index) => index + 1));
});

it('is silent after the end and leaves no timer', () => {
  const { clock, sent, reporter } = start();
  reporter.stop();
  reporter.report('late');
  clock.advance(60_000);
  expect(sent).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});
