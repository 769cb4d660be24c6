/** Exact replacement with a count that must be right, and what to say when it is not. Pure. */
import { ThawError } from '../errors.ts';
import { nearestLine } from './nearest-line.ts';

export interface Replacement {
  readonly oldText: string;
  readonly newText: string;
  readonly expectedCount: number;
}

export interface Replaced {
  readonly text: string;
  readonly count: number;
  /** Where the replacements begin in the new text, from 1; the first hundred. */
  readonly lines: readonly number[];
}

const MAX_LINES = 100;
const MAX_NAMED = 10;
const MAX_SHOWN = 160;

function places(text: string, wanted: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) found.push(at);
  return found;
}

/** The line of each of the ascending offsets. */
function linesAt(text: string, offsets: readonly number[]): number[] {
  let line = 1;
  let from = 0;
  return offsets.map((offset) => {
    for (let at = text.indexOf('\n', from); at >= 0 && at < offset; at = text.indexOf('\n', from)) {
      line += 1;
      from = at + 1;
    }
    return line;
  });
}

const show = (line: string): string => (line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line);

function notThere(path: string, text: string, oldText: string): ThawError {
  const near = nearestLine(text, oldText);
  const hint =
    near === null
      ? 'No line is like it.'
      : near.kind === 'white space'
        ? `Line ${near.line} differs in white space only: ${JSON.stringify(show(near.text))}.`
        : `The nearest is line ${near.line}: ${JSON.stringify(show(near.text))}.`;
  return new ThawError('edit_mismatch', `oldText is not in ${path}; nothing was changed. ${hint}`);
}

/** A file with Windows line ends is edited with them, however the caller wrote its texts. */
function withLineEnds(text: string, { oldText, newText, expectedCount }: Replacement): Replacement {
  if (!text.includes('\r\n') || oldText.includes('\r') || text.includes(oldText)) {
    return { oldText, newText, expectedCount };
  }
  const convert = (part: string): string => part.replaceAll(/\r?\n/g, '\r\n');
  return { oldText: convert(oldText), newText: convert(newText), expectedCount };
}

/** Throws `edit_mismatch` when `oldText` does not occur exactly as often as expected. */
export function replaceText(path: string, text: string, replacement: Replacement): Replaced {
  const { oldText, newText, expectedCount } = withLineEnds(text, replacement);
  const found = places(text, oldText);
  if (found.length === 0) throw notThere(path, text, oldText);
  if (found.length !== expectedCount) {
    const named = linesAt(text, found.slice(0, MAX_NAMED)).join(', ');
    const more = found.length > MAX_NAMED ? ', …' : '';
    throw new ThawError(
      'edit_mismatch',
      `oldText occurs ${found.length} times in ${path} (lines ${named}${more}), not ${expectedCount}; nothing was changed.`,
      {
        next: `Add text around it until it is unique, or set expectedCount to ${found.length} to replace all.`,
      },
    );
  }
  const pieces: string[] = [];
  let from = 0;
  for (const at of found) {
    pieces.push(text.slice(from, at), newText);
    from = at + oldText.length;
  }
  pieces.push(text.slice(from));
  const changed = pieces.join('');
  const growth = newText.length - oldText.length;
  const starts = found.slice(0, MAX_LINES).map((at, index) => at + index * growth);
  return { text: changed, count: found.length, lines: linesAt(changed, starts) };
}
