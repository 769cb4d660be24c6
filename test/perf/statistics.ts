/** Summaries of samples: order statistics alone, because latencies have long tails. */

export interface Summary {
  readonly n: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The smallest sample that at least `fraction` of all samples do not exceed (nearest rank). `sorted` ascends. */
export function percentile(sorted: readonly number[], fraction: number): number {
  const rank = Math.max(1, Math.ceil(fraction * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new RangeError('There are no samples.');
  return value;
}

export const round = (value: number, digits = 3): number => Number(value.toFixed(digits));

/** Throws RangeError without samples or for one that is not a finite number. */
export function summarize(samples: readonly number[]): Summary {
  if (!samples.every(Number.isFinite)) throw new RangeError('A sample is not a finite number.');
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (fraction: number): number => round(percentile(sorted, fraction));
  return { n: sorted.length, min: at(0), p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
