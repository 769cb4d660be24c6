/** The difference of two texts by lines, in the format of `diff -u`, as `patch` and `git apply` take it. */

/** Unchanged lines that are shown around a change. */
const CONTEXT = 3;
/** Cells of the table of common lines; beyond it what differs is shown as replaced. 4 MB. */
const MAX_CELLS = 1_000_000;
const NO_NEWLINE = '\\ No newline at end of file';

interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** Lines with their ends, so that one without an end differs from one that has it. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const as = (sign: DiffLine['sign'], lines: readonly string[]): DiffLine[] =>
  lines.map((text) => ({ sign, text }));

/** By the longest common subsequence. */
function compare(before: readonly string[], after: readonly string[]): DiffLine[] {
  const width = after.length + 1;
  if (before.length * after.length > MAX_CELLS) return [...as('-', before), ...as('+', after)];
  const common = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      common[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      lines.push({ sign: ' ', text: before[i] ?? '' });
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) lines.push({ sign: '-', text: before[i++] ?? '' });
    else lines.push({ sign: '+', text: after[j++] ?? '' });
  }
  return [...lines, ...as('-', before.slice(i)), ...as('+', after.slice(j))];
}

/** Compares what is between the lines that both begin and end with. */
function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const middle = compare(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  return [...as(' ', before.slice(0, head)), ...middle, ...as(' ', before.slice(before.length - tail))];
}

/** Ranges of lines to show: each change with its context, those that touch as one. */
function hunkRanges(lines: readonly DiffLine[]): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (const [index, { sign }] of lines.entries()) {
    if (sign === ' ') continue;
    const [from, to] = [Math.max(0, index - CONTEXT), Math.min(lines.length, index + CONTEXT + 1)];
    const last = ranges.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else ranges.push({ from, to });
  }
  return ranges;
}

const count = (lines: readonly DiffLine[], without: '-' | '+'): number =>
  lines.filter(({ sign }) => sign !== without).length;

/** An empty side starts at line 0, as `diff` has it. */
const range = (skipped: number, length: number): string =>
  `${length === 0 ? skipped : skipped + 1},${length}`;

const show = ({ sign, text }: DiffLine): string =>
  text.endsWith('\n') ? `${sign}${text}` : `${sign}${text}\n${NO_NEWLINE}\n`;

/** Empty when the texts are equal; `before` is null for a file that is new. */
export function unifiedDiff(path: string, before: string | null, after: string): string {
  const lines = diffLines(linesOf(before ?? ''), linesOf(after));
  const hunks = hunkRanges(lines).map(({ from, to }) => {
    const [skipped, shown] = [lines.slice(0, from), lines.slice(from, to)];
    const old = range(count(skipped, '+'), count(shown, '+'));
    const now = range(count(skipped, '-'), count(shown, '-'));
    return `@@ -${old} +${now} @@\n${shown.map(show).join('')}`;
  });
  if (hunks.length === 0) return '';
  return `--- ${before === null ? '/dev/null' : path}\n+++ ${path}\n${hunks.join('')}`;
}
