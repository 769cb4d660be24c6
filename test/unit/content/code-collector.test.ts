/** A report of code is bounded, whatever comes. */
import { expect, it } from 'vitest';
import type { ExecutionOutcome } from '../../../schemas/code.ts';
import { CodeCollector } from '../../../src/content/code-collector.ts';

const outcome: ExecutionOutcome = {
  status: 'failed',
  contextId: 'c',
  language: 'python',
  contextIsNew: false,
  contextLost: false,
  note: null,
  durationMs: 2,
};

it('keeps the streams, the values, the error and what is to be said of pictures', () => {
  const collector = new CodeCollector();
  collector.take({ type: 'stdout', text: 'a' });
  collector.take({ type: 'stderr', text: 'b' });
  collector.take({ type: 'result', text: '1' });
  collector.take({
    type: 'result',
    text: '2',
    image: { mimeType: 'image/png', data: 'AAAA' },
    chart: { type: 'line', title: 'T', elements: [] },
  });
  collector.take({ type: 'error', name: 'E', value: 'v', traceback: 't' });
  expect(collector.report(outcome)).toEqual({
    status: 'failed',
    context: 'c',
    contextIsNew: false,
    contextLost: false,
    note: null,
    stdout: 'a',
    stderr: 'b',
    result: '1\n2',
    error: 't',
    images: ['image/png (line T)'],
  });
  expect(collector.images).toEqual([{ mimeType: 'image/png', data: 'AAAA' }]);
});

it('counts what it leaves out', () => {
  const collector = new CodeCollector();
  for (let count = 0; count < 9; count += 1) {
    collector.take({ type: 'stdout', text: 'x'.repeat(10_000) });
    collector.take({ type: 'result', image: { mimeType: 'image/png', data: 'A'.repeat(1_000_000) } });
  }
  const report = collector.report(outcome);
  expect(report).toMatchObject({ result: null });
  expect(report.stdout).toContain('bytes left out');
  expect(report.images.at(-1)).toBe('5 more left out');
  expect(report.stdout.length).toBeLessThan(21_000);
  expect(collector.images).toHaveLength(4);
});
