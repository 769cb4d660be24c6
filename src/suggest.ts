/** Guesses what was meant by the name of an argument, a tool, a command or a flag that does not exist. */

/** The number of single-character edits between two short texts; a swap of neighbours counts as one. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

const MAX_CHARS = 64;
/** A name without case and punctuation. */
export const normal = (name: string): string =>
  name
    .slice(0, MAX_CHARS)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');

/** How unlike two names are, from 0 (the same but for case and punctuation) upwards. */
function unlikeness(wrong: string, right: string): number {
  const [a, b] = [normal(wrong), normal(right)];
  if (a === b) return 0;
  const contained = a.length >= 3 && b.length >= 3 && (a.includes(b) || b.includes(a));
  return contained ? 1 : editDistance(a, b);
}

/** The candidate nearest to `wrong`, or null when none is near enough to be worth naming. */
export function suggest(wrong: string, candidates: readonly string[]): string | null {
  let best: { readonly name: string; readonly score: number } | null = null;
  for (const name of candidates) {
    const score = unlikeness(wrong, name);
    if (best === null || score < best.score) best = { name, score };
  }
  const limit = Math.max(1, Math.floor(wrong.length / 3));
  return best !== null && best.score <= limit ? best.name : null;
}

/** Up to `count` of `candidates`, the likest to `wrong` first, however unlike they are. */
export function nearest(wrong: string, candidates: readonly string[], count = 5): string[] {
  return candidates
    .map((name) => ({ name, score: unlikeness(wrong, name) }))
    .sort((a, b) => a.score - b.score)
    .slice(0, count)
    .map(({ name }) => name);
}
