/** What the figures must reach, and whether they do. */
import type { BenchReport } from './report.ts';

export interface Target {
  readonly name: string;
  /** A percentile of a time; `value` for ratios and figures. */
  readonly statistic: 'p50' | 'p99' | 'value';
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
}

export const FIRST_RATIO = '(docker.run+docker.exec)/create_to_first_exec.stdio';
export const EXEC_RATIO = 'docker.exec/exec.stdio';
export const FORK_RATIO = 'docker.fork/fork.fs';
export const STARTUP_RATIO = 'mcp.startup/node.startup';

export const targets: readonly Target[] = [
  { name: 'agent.ping', statistic: 'p50', bound: 'at most', limit: 0.5 },
  { name: 'create.warm.stdio', statistic: 'p50', bound: 'at most', limit: 5 },
  { name: 'create.warm.stdio', statistic: 'p99', bound: 'at most', limit: 30 },
  { name: 'create.custom.stdio', statistic: 'p50', bound: 'at most', limit: 10 },
  { name: 'create.network.stdio', statistic: 'p50', bound: 'at most', limit: 25 },
  { name: 'create_to_first_exec.stdio', statistic: 'p50', bound: 'at most', limit: 8 },
  { name: 'exec.stdio', statistic: 'p50', bound: 'at most', limit: 3 },
  { name: 'remote.mcp.exec', statistic: 'p50', bound: 'at most', limit: 10 },
  { name: 'rest.create', statistic: 'p50', bound: 'at most', limit: 10 },
  { name: 'rest.execute', statistic: 'p50', bound: 'at most', limit: 6 },
  { name: 'sdk.create', statistic: 'p50', bound: 'at most', limit: 15 },
  { name: 'burst.wall', statistic: 'p50', bound: 'at most', limit: 150 },
  { name: 'pause', statistic: 'p50', bound: 'at most', limit: 3 },
  { name: 'resume', statistic: 'p50', bound: 'at most', limit: 3 },
  { name: 'resize', statistic: 'p50', bound: 'at most', limit: 5 },
  { name: 'fork.fs', statistic: 'p50', bound: 'at most', limit: 150 },
  { name: 'fork.fs.paused', statistic: 'p50', bound: 'at most', limit: 80 },
  { name: 'archive', statistic: 'p50', bound: 'at most', limit: 1_000 },
  { name: 'restore', statistic: 'p50', bound: 'at most', limit: 1_000 },
  { name: FORK_RATIO, statistic: 'value', bound: 'at least', limit: 3 },
  { name: FIRST_RATIO, statistic: 'value', bound: 'at least', limit: 40 },
  { name: EXEC_RATIO, statistic: 'value', bound: 'at least', limit: 20 },
  { name: STARTUP_RATIO, statistic: 'value', bound: 'at most', limit: 1.5 },
  ...['stdio', 'http2025', 'http2026'].map(
    (transport): Target => ({
      name: `mcp.${transport}/bare.${transport}`,
      statistic: 'value',
      bound: 'at most',
      limit: 1.5,
    }),
  ),
  { name: 'preview.overhead', statistic: 'value', bound: 'at most', limit: 1 },
  { name: 'refill.rate', statistic: 'value', bound: 'at least', limit: 5 },
  { name: 'parked.memory', statistic: 'value', bound: 'at most', limit: 10 },
];

/** What was measured for a target; undefined when it was left out. */
export function actual(
  target: Target,
  report: Pick<BenchReport, 'results' | 'ratios' | 'figures'>,
): number | undefined {
  const { name, statistic } = target;
  if (statistic !== 'value') return report.results.find((result) => result.name === name)?.[statistic];
  return [...report.ratios, ...report.figures].find((entry) => entry.name === name)?.value;
}

export const isMet = ({ bound, limit }: Target, value: number): boolean =>
  bound === 'at most' ? value <= limit : value >= limit;
