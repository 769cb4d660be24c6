/** From what the scenarios found to the report: summaries, ratios of medians, and the tables for people. */
import { z } from 'zod';
import { alignColumns } from '../../src/quickstart/timeline.ts';
import type { Finding } from './scenario.ts';
import { round, summarize } from './statistics.ts';
import { actual, EXEC_RATIO, FIRST_RATIO, FORK_RATIO, isMet, STARTUP_RATIO, targets } from './targets.ts';

const Result = z.object({
  name: z.string(),
  n: z.number().int(),
  min: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  max: z.number(),
});

/** The file that `--json` writes. Times are milliseconds. */
export const BenchReport = z.object({
  machine: z.object({
    cpu: z.string(),
    cores: z.number().int(),
    memoryGiB: z.number(),
    system: z.string(),
    /** Load averages over a minute before and after; the benchmark itself makes about one for each core. */
    load: z.object({ before: z.number(), after: z.number() }).optional(),
  }),
  commit: z.string(),
  node: z.string(),
  docker: z.string(),
  results: z.array(Result),
  ratios: z.array(z.object({ name: z.string(), value: z.number() })),
  figures: z.array(
    z.object({
      name: z.string(),
      value: z.number(),
      unit: z.string(),
      n: z.number().int(),
      note: z.string(),
    }),
  ),
});
export type BenchReport = z.infer<typeof BenchReport>;
export type Measured = Pick<BenchReport, 'results' | 'ratios' | 'figures'>;

/** Ratios of medians, those whose parts were all measured. */
function ratiosOf(results: BenchReport['results']): BenchReport['ratios'] {
  const p50 = (name: string): number => results.find((result) => result.name === name)?.p50 ?? Number.NaN;
  return [
    {
      name: FIRST_RATIO,
      value: (p50('docker.run') + p50('docker.exec')) / p50('create_to_first_exec.stdio'),
    },
    { name: EXEC_RATIO, value: p50('docker.exec') / p50('exec.stdio') },
    { name: FORK_RATIO, value: p50('docker.fork') / p50('fork.fs') },
    { name: STARTUP_RATIO, value: p50('mcp.startup') / p50('node.startup') },
  ]
    .filter(({ value }) => Number.isFinite(value))
    .map(({ name, value }) => ({ name, value: round(value, 2) }));
}

export function measured(findings: readonly Finding[]): Measured {
  const results = findings.flatMap((finding) =>
    finding.kind === 'times' ? [{ name: finding.name, ...summarize(finding.ms) }] : [],
  );
  const figures = findings.flatMap((finding) => {
    if (finding.kind !== 'figure') return [];
    const { name, value, unit, n, note } = finding;
    return [{ name, value: round(value, 2), unit, n, note }];
  });
  return { results, ratios: ratiosOf(results), figures };
}

const number = (value: number): string => value.toFixed(2);

export function tables(report: Measured): readonly string[] {
  const { results, ratios, figures } = report;
  return [
    ...alignColumns(
      [
        ['ms', 'n', 'min', 'p50', 'p95', 'p99', 'max'],
        ...results.map(({ name, n, min, p50, p95, p99, max }) => [
          name,
          `${n}`,
          ...[min, p50, p95, p99, max].map(number),
        ]),
      ],
      new Set([1, 2, 3, 4, 5, 6]),
    ),
    '',
    ...ratios.map(({ name, value }) => `${name} = ${number(value)} (of medians)`),
    ...figures.map(
      ({ name, value, unit, n, note }) => `${name} = ${number(value)} ${unit} (n = ${n}; ${note})`,
    ),
  ];
}

/** The targets beside what was measured; `missed` are those that were measured and not reached. */
export function targetTable(report: Measured): {
  readonly lines: readonly string[];
  readonly missed: number;
} {
  const rows = targets.flatMap((target) => {
    const value = actual(target, report);
    return value === undefined ? [] : [{ target, value, met: isMet(target, value) }];
  });
  const lines = alignColumns(
    [
      ['target', '', 'limit', 'measured', ''],
      ...rows.map(({ target: { name, statistic, bound, limit }, value, met }) => [
        name,
        `${statistic} ${bound}`,
        number(limit),
        number(value),
        met ? 'met' : 'MISSED',
      ]),
    ],
    new Set([2, 3]),
  );
  return { lines, missed: rows.filter(({ met }) => !met).length };
}
