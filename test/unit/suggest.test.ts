/** Guesses at what was meant. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { editDistance, suggest } from '../../src/suggest.ts';

it.each([
  ['nmae', ['name', 'env'], 'name'],
  ['sandboxId', ['sandbox', 'command'], 'sandbox'],
  ['time_out_seconds', ['timeoutSeconds', 'stdin'], 'timeoutSeconds'],
  ['xyz', ['name', 'env'], null],
  ['', ['name'], null],
  ['name', [], null],
])('%s of %j is %s', (wrong, right, expected) => {
  expect(suggest(wrong, right)).toBe(expected);
});

it('counts edits as a distance does', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, a)).toBe(0);
      expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});
