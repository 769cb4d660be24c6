/** The line of a text that a caller may have meant who quoted it wrongly. Pure, and bounded whatever the text is. */

export interface NearLine {
  readonly kind: 'white space' | 'like';
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

const MAX_LINES = 20_000;
const MAX_CHARS = 200;
const LIKE_ENOUGH = 0.5;

const bare = (line: string): string => line.replaceAll(/\s+/g, '').slice(0, MAX_CHARS);

function pairs(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + 1 < text.length; at += 1) {
    const pair = text.slice(at, at + 2);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}

/** The share of letter pairs that two lines have in common (Sørensen and Dice), from 0 to 1. */
function likeness(wanted: ReadonlyMap<string, number>, wantedPairs: number, line: string): number {
  if (line.length < 2) return 0;
  const left = new Map(wanted);
  let common = 0;
  for (let at = 0; at + 1 < line.length; at += 1) {
    const pair = line.slice(at, at + 2);
    const count = left.get(pair) ?? 0;
    if (count > 0) {
      left.set(pair, count - 1);
      common += 1;
    }
  }
  return (2 * common) / (wantedPairs + line.length - 1);
}

/** Compares with the first line of `quoted` that has more than white space. Null when no line is like it. */
export function nearestLine(text: string, quoted: string): NearLine | null {
  const wanted = bare(quoted.split('\n').find((line) => line.trim() !== '') ?? '');
  if (wanted.length < 2) return null;
  const wantedPairs = pairs(wanted);
  let best: { readonly line: number; readonly text: string; readonly score: number } | null = null;
  for (const [index, line] of text.split('\n', MAX_LINES).entries()) {
    const candidate = bare(line);
    const found = { line: index + 1, text: line };
    if (candidate === wanted) return { kind: 'white space', ...found };
    const score = likeness(wantedPairs, wanted.length - 1, candidate);
    if (score >= LIKE_ENOUGH && (best === null || score > best.score)) best = { ...found, score };
  }
  return best === null ? null : { kind: 'like', line: best.line, text: best.text };
}
