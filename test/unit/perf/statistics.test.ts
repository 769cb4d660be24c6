/** The benchmark's statistics. */
import { array, assert, double, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { percentile, summarize } from '../../perf/statistics.ts';

describe('summarize', () => {
  test('takes nearest ranks, whatever the order of the samples', () => {
    const samples = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(summarize(samples)).toEqual({ n: 200, min: 1, p50: 100, p95: 190, p99: 198, max: 200 });
  });

  test('of one sample is that sample', () => {
    expect(summarize([7])).toEqual({ n: 1, min: 7, p50: 7, p95: 7, p99: 7, max: 7 });
  });

  test('one slow call in a hundred is the maximum and not the p99; two are', () => {
    const fast = (count: number) => Array.from({ length: count }, () => 1);
    expect(summarize([...fast(99), 50])).toMatchObject({ p99: 1, max: 50 });
    expect(summarize([...fast(98), 50, 50])).toMatchObject({ p99: 50, max: 50 });
  });

  test('refuses no samples and samples that are no numbers', () => {
    expect(() => summarize([])).toThrow(RangeError);
    expect(() => summarize([1, Number.NaN])).toThrow(RangeError);
  });

  test('is ordered and names only values that were measured', () => {
    assert(
      property(array(integer({ min: 0, max: 1e6 }), { minLength: 1 }), (samples) => {
        const { min, p50, p95, p99, max } = summarize(samples);
        const values = [min, p50, p95, p99, max];
        expect(values).toEqual([...values].sort((a, b) => a - b));
        expect(samples).toEqual(expect.arrayContaining(values));
      }),
    );
  });

  test('a percentile is exceeded by no more than the rest', () => {
    assert(
      property(
        array(integer(), { minLength: 1 }),
        double({ min: 0, max: 1, noNaN: true }),
        (samples, fraction) => {
          const sorted = [...samples].sort((a, b) => a - b);
          const value = percentile(sorted, fraction);
          const notAbove = sorted.filter((sample) => sample <= value).length;
          expect(notAbove).toBeGreaterThanOrEqual(fraction * sorted.length);
        },
      ),
    );
  });
});
