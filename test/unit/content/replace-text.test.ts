import { expect, it } from 'vitest';
import { replaceText } from '../../../src/content/replace-text.ts';

const edit = (text: string, oldText: string, newText: string, expectedCount = 1) =>
  replaceText('/a', text, { oldText, newText, expectedCount });

it('replaces what occurs as often as expected, and says where', () => {
  expect(edit('a\nb\nc\n', 'b', 'B\nB')).toEqual({ text: 'a\nB\nB\nc\n', count: 1, lines: [2] });
  expect(edit('x\ny\nx\n', 'x\n', 'z\nz\n', 2)).toEqual({ text: 'z\nz\ny\nz\nz\n', count: 2, lines: [1, 4] });
  // Nothing of the new text has a meaning of its own.
  expect(edit('a', 'a', "$& $1 $'").text).toBe("$& $1 $'");
});

it.each([
  ['a\n  two words\n', 'two  words', /Line 2 differs in white space only: " {2}two words"\./],
  ['const value = 1;\nother\n', 'const vaule = 1;', /The nearest is line 1: "const value = 1;"\./],
  ['abc\n', 'zzzz', /No line is like it\./],
  ['', 'x y', /No line is like it\./],
])('says what is like what %j lacks', (text, oldText, message) => {
  expect(() => edit(text, oldText, '')).toThrow(
    expect.objectContaining({ code: 'edit_mismatch', message: expect.stringMatching(message) }),
  );
});

it('names the lines when the count is wrong', () => {
  expect(() => edit('x\ny\nx\n', 'x', 'z')).toThrow(
    /occurs 2 times in \/a \(lines 1, 3\), not 1; nothing was changed/,
  );
  expect(() => edit('x\n', 'x', 'z', 2)).toThrow(/occurs 1 times/);
});

it('keeps Windows line ends', () => {
  expect(edit('a\r\nb\r\n', 'a\nb', 'c\nd').text).toBe('c\r\nd\r\n');
  expect(edit('a\nb\r\n', 'a\nb', 'c').text).toBe('c\r\n');
});
