import { describe, expect, it } from 'vitest';
import { toPosix } from '../../../src/engine/search/expression.ts';
import { expandBraces } from '../../../src/engine/search/globs.ts';

describe('regular expressions for the guest', () => {
  it.each([
    ['a\\d+', 'a[0-9]+'],
    ['[\\d_-]', '[0-9_-]'],
    ['[^\\w.]', '[^A-Za-z0-9_.]'],
    ['[\\]a]', '[]a]'],
    ['[a\\-z]', '[az-]'],
    ['[a-z]', '[a-z]'],
    ['[a^]', '[a^]'],
    ['[\\^]', '\\^'],
    ['[[:alpha:]x]', '[[:alpha:]x]'],
    ['(?:a|b)', '(a|b)'],
    ['a.*?b', 'a.*b'],
    ['\\.ts$', '\\.ts$'],
    ['a\\/b', 'a/b'],
    ['\\bx\\b', '\\bx\\b'],
    ['a\\tb', 'a\tb'],
    ['x{2,3}', 'x{2,3}'],
  ])('%s becomes %s', (source, text) => {
    expect(toPosix(source)).toEqual({ text, ignoreCase: false });
  });

  it('takes (?i) at the beginning', () => {
    expect(toPosix('(?i)a')).toEqual({ text: 'a', ignoreCase: true });
  });

  it.each(['(?=a)', '(?<n>a)', '(a)\\1', '\\p{L}', '[\\W]', 'a\\', '[a', '\\x41'])(
    'refuses %s and says what to do',
    (source) => {
      expect(() => toPosix(source)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    },
  );
});

describe('braces of globs', () => {
  it.each([
    ['*.ts', ['*.ts']],
    ['*.{js,ts}', ['*.js', '*.ts']],
    ['{a,b{c,d}}/x', ['a/x', 'bc/x', 'bd/x']],
    ['{a}', ['{a}']],
    ['{a,', ['{a,']],
  ])('%s is %j', (glob, all) => {
    expect([...expandBraces(glob)].sort()).toEqual(all);
  });

  it('refuses those that stand for too many', () => {
    expect(() => expandBraces('{a,b}'.repeat(8))).toThrow(/more than 40/);
  });
});
