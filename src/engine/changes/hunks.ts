/** The hunks of a unified diff between two texts, in bounded time. Pure, but for the clock that bounds it. */
import { structuredPatch } from 'diff';
import { hasUnseen, visibleText } from '../../content/harmless-text.ts';

/** Beyond either of them the diff says that every line was replaced, which is as true and costs nothing. */
const MAX_EDITS = 4_000;
const MAX_MS = 150;

const NO_NEWLINE = '\\ No newline at end of file';

/** How lines of these texts are told. Most texts have nothing to spell out, and asking once is cheap. */
const spelling = (...texts: readonly string[]): ((line: string) => string) =>
  texts.some(hasUnseen) ? visibleText : (line) => line;

/** Lines with a mark before each. Nothing in a line can pass for the end of it. */
function marked(mark: string, text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  const ended = lines.at(-1) === '';
  if (ended) lines.pop();
  const spell = spelling(text);
  const told = lines.map((line) => `${mark}${spell(line)}`);
  return ended ? told : [...told, NO_NEWLINE];
}

const lineCount = (text: string): number =>
  text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

const range = (start: number, lines: number): string => (lines === 1 ? `${start}` : `${start},${lines}`);

function replaced(before: string, after: string): string[] {
  const [oldLines, newLines] = [lineCount(before), lineCount(after)];
  const head = `@@ -${range(oldLines === 0 ? 0 : 1, oldLines)} +${range(newLines === 0 ? 0 : 1, newLines)} @@`;
  return [head, ...marked('-', before), ...marked('+', after)];
}

/** The lines of all hunks; none for equal texts. */
export function hunksOf(before: string, after: string, contextLines: number): string[] {
  if (before === after) return [];
  if (before === '' || after === '') return replaced(before, after);
  const patch = structuredPatch('', '', before, after, undefined, undefined, {
    context: contextLines,
    maxEditLength: MAX_EDITS,
    timeout: MAX_MS,
  });
  if (patch === undefined) return replaced(before, after);
  const spell = spelling(before, after);
  return patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => {
    const from = range(oldLines === 0 ? oldStart - 1 : oldStart, oldLines);
    const to = range(newLines === 0 ? newStart - 1 : newStart, newLines);
    return [`@@ -${from} +${to} @@`, ...lines.map(spell)];
  });
}
