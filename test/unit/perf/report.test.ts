/** From samples to the report of the benchmark, its ratios and its targets. */
import { describe, expect, test } from 'vitest';
import { readOptions } from '../../perf/options.ts';
import { measured, targetTable } from '../../perf/report.ts';
import type { Finding } from '../../perf/scenario.ts';
import { EXEC_RATIO, FIRST_RATIO } from '../../perf/targets.ts';

const times = (name: string, ...ms: readonly number[]): Finding => ({ kind: 'times', name, ms });

describe('measured', () => {
  test('ratios are of medians, and only those whose parts were measured', () => {
    const { ratios } = measured([
      times('docker.run', 100, 200, 900),
      times('docker.exec', 50),
      times('create_to_first_exec.stdio', 5),
      times('mcp.startup', 40),
    ]);
    expect(ratios).toEqual([{ name: FIRST_RATIO, value: 50 }]);
  });
});

describe('targetTable', () => {
  test('counts what was measured and missed, in both directions', () => {
    const met = targetTable(measured([times('exec.stdio', 2), times('docker.exec', 60)]));
    expect(met.missed).toBe(0);
    expect(met.lines.filter((line) => line.includes(EXEC_RATIO))).toHaveLength(1);
    const missed = targetTable(measured([times('exec.stdio', 4), times('docker.exec', 60)]));
    expect(missed.missed).toBe(2);
  });
});

describe('readOptions', () => {
  test('takes the documented options', () => {
    expect(
      readOptions(['--json', 'a.json', '--quick', '--only', 'x', '--only', 'y', '--check'], ['x', 'y']),
    ).toEqual({
      json: 'a.json',
      quick: true,
      only: ['x', 'y'],
      check: true,
    });
  });

  test.each([['--only', 'z'], ['--fast'], ['extra']])('refuses %s %s', (...argv) => {
    expect(() => readOptions(argv, ['x'])).toThrow();
  });
});
