/** The table at the end: milliseconds per step through Thaw and with plain Docker, and how many times longer that took. */

export interface TimelineRow {
  readonly title: string;
  readonly tool: string;
  readonly thawMs: readonly number[];
  readonly docker: string;
  readonly dockerMs: readonly number[];
}

/** The middle value; the mean of the two in the middle when their number is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

const formatMs = (ms: number): string => (ms < 10 ? ms.toFixed(2) : ms.toFixed(1));

function formatRatio(dockerMs: number, thawMs: number): string {
  const ratio = dockerMs / thawMs;
  return `${ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0)}x`;
}

/** Columns padded to their longest cell; the numeric ones to the right. */
export function alignColumns(
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number>,
): readonly string[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) => (right.has(column) ? cell.padStart(width(column)) : cell.padEnd(width(column))))
      .join('  ')
      .trimEnd(),
  );
}

/** Medians of each step, and the sums of these: of the first `untilResult` steps, and of all. */
export function timelineLines(rows: readonly TimelineRow[], untilResult: number): readonly string[] {
  const medians = rows.map((row) => ({ ...row, thaw: median(row.thawMs), plain: median(row.dockerMs) }));
  const sum = (title: string, steps: typeof medians): readonly string[] => {
    const total = (of: (step: (typeof medians)[number]) => number): number =>
      steps.reduce((before, step) => before + of(step), 0);
    const [thaw, plain] = [total((step) => step.thaw), total((step) => step.plain)];
    return [title, '', formatMs(thaw), '', formatMs(plain), formatRatio(plain, thaw)];
  };
  return alignColumns(
    [
      ['step', 'tool', 'Thaw ms', 'plain Docker', 'Docker ms', 'ratio'],
      ...medians.map(({ title, tool, docker, thaw, plain }) => [
        title,
        tool,
        formatMs(thaw),
        docker,
        formatMs(plain),
        formatRatio(plain, thaw),
      ]),
      sum('all up to the result', medians.slice(0, untilResult)),
      sum('all', medians),
    ],
    new Set([2, 4, 5]),
  );
}
