/** Finds the names that someone probably meant. */

/** The number of single-character edits between two strings (Levenshtein), by the two-row method. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** Longer inputs are cut: the comparison is quadratic and the input may come from anybody. */
const MAX_CHARS = 64;

/** Up to `count` of `candidates`, the most similar to `wanted` first; those sharing its beginning come before others. */
export function closestNames(wanted: string, candidates: readonly string[], count = 5): string[] {
  const target = wanted.toLowerCase().slice(0, MAX_CHARS);
  return candidates
    .map((candidate) => {
      const text = candidate.toLowerCase().slice(0, MAX_CHARS);
      const related = target !== '' && (text.includes(target) || target.includes(text));
      return { candidate, score: distance(target, text) - (related ? MAX_CHARS : 0) };
    })
    .sort((a, b) => a.score - b.score)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** The one candidate that `wanted` is probably a slip of, or null when none is near enough. */
export function closest(wanted: string, candidates: readonly string[]): string | null {
  const [first] = closestNames(wanted, candidates, 1);
  if (first === undefined) return null;
  const [a, b] = [wanted.toLowerCase().slice(0, MAX_CHARS), first.toLowerCase().slice(0, MAX_CHARS)];
  const near = distance(a, b) <= Math.max(2, Math.floor(b.length / 3));
  return near || (a.length >= 3 && (b.includes(a) || a.includes(b))) ? first : null;
}
