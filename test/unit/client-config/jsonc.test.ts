/** Edits of JSON with comments: what is edited, and above all what is not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendItem, findMember, removeMember, setMember } from '../../../src/client-config/jsonc/edit.ts';
import { parseJsonc, valueOf } from '../../../src/client-config/jsonc/parse.ts';

const read = (text: string): unknown => valueOf(parseJsonc(text));

describe('setMember', () => {
  it.each([
    ['an empty text', ' \n', '{\n  "a": {\n    "b": 1\n  }\n}\n'],
    ['an empty object', '{}\n', '{\n  "a": {\n    "b": 1\n  }\n}\n'],
    ['one line', '{"x":[],"a":{"y":2}}', '{"x":[],"a":{"y":2,"b":1}}'],
    ['one line with spaces', '{ "a": { "y": 2 } }', '{ "a": { "y": 2, "b": 1 } }'],
    ['an empty section', '{\n\t"a": {}\n}', '{\n\t"a": {\n\t\t"b": 1\n\t}\n}'],
    ['a member to replace', '{\n  "a": { "b": [0, 0] }, "c": 3\n}', '{\n  "a": { "b": 1 }, "c": 3\n}'],
    [
      'comments and a trailing comma',
      '{\n  // mine\n  "a": {\n    "y": 2, // two\n  },\n}\n',
      '{\n  // mine\n  "a": {\n    "y": 2, // two\n    "b": 1,\n  },\n}\n',
    ],
    [
      'a comment at the end',
      '{\n  "a": {\n    "y": 2 // two\n    /* no more */\n  }\n}\n',
      '{\n  "a": {\n    "y": 2, // two\n    /* no more */\n    "b": 1\n  }\n}\n',
    ],
    [
      'a comment alone',
      '{\n  "a": {\n    // none yet\n  }\n}\n',
      '{\n  "a": {\n    // none yet\n    "b": 1\n  }\n}\n',
    ],
    [
      'line ends of Windows',
      '{\r\n  "x": 0\r\n}\r\n',
      '{\r\n  "x": 0,\r\n  "a": {\r\n    "b": 1\r\n  }\r\n}\r\n',
    ],
    ['a byte order mark', '\uFEFF{\n "x": 0\n}', '\uFEFF{\n "x": 0,\n "a": {\n  "b": 1\n }\n}'],
  ])('keeps the layout of %s', (_, text, expected) => {
    expect(setMember(text, ['a', 'b'], 1)).toBe(expected);
  });

  it.each([
    ['{"a": }', 'line 1, column 7: a value is expected, and there is "}"'],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: "," or "}" is expected'],
    ['{"a": 1', 'the text ends'],
    ['{"a": 01}', 'a value is expected'],
    ['{"a": "x\ny"}', 'the rest of a text is expected'],
    ["{'a': 1}", 'a name in double quotes is expected'],
    ['{"a": 1} x', 'the end is expected'],
    ['{,}', 'a name in double quotes is expected'],
    ['{ /* ', 'the end of a comment is expected'],
    ['[1]', 'the file holds no object'],
    ['{"a": []}', '"a" holds no object'],
    ['{"a": {}, "a": {}}', '"a" is there twice'],
    [`${'['.repeat(300)}${']'.repeat(300)}`, 'less nesting is expected'],
  ])('refuses %j', (text, message) => {
    expect(() => setMember(text, ['a', 'b'], 1)).toThrow(message);
  });
});

describe('removeMember', () => {
  it.each([
    ['the only one', '{\n  "a": {\n    "b": 1\n  }\n}\n', '{\n  "a": {}\n}\n'],
    ['the first', '{\n  "a": {\n    "b": 1,\n    "c": 2\n  }\n}\n', '{\n  "a": {\n    "c": 2\n  }\n}\n'],
    [
      'the last',
      '{\n  "a": {\n    "c": 2, // two\n    "b": 1\n  }\n}\n',
      '{\n  "a": {\n    "c": 2 // two\n  }\n}\n',
    ],
    ['one on a line', '{"a": {"b": 1, "c": 2}}', '{"a": {"c": 2}}'],
    ['one with a comment', '{"a": {"b": 1 /* one */, "c": 2}}', '{"a": {/* one */ "c": 2}}'],
    ['none', '{"a": {"c": 2}}', '{"a": {"c": 2}}'],
    ['none of none', '{}', '{}'],
  ])('removes %s', (_, text, expected) => {
    expect(removeMember(text, ['a', 'b'])).toBe(expected);
  });
});

it('adds to arrays, which it makes', () => {
  expect(appendItem('{\n  "x": 1\n}', ['a'], 2)).toBe('{\n  "x": 1,\n  "a": [\n    2\n  ]\n}');
  expect(appendItem('{\n  "a": [\n    1\n  ]\n}', ['a'], 2)).toBe('{\n  "a": [\n    1,\n    2\n  ]\n}');
  expect(() => appendItem('{"a": {}}', ['a'], 2)).toThrow('"a" holds no array');
});

it('finds members', () => {
  expect(findMember('{"a": {}}', ['a', 'b'])).toBeNull();
  const found = findMember('{"a": {"b": [1, "\\u0041"]}} // end', ['a', 'b']);
  expect(found === null ? null : valueOf(found)).toEqual([1, 'A']);
});

/** Puts comments, white space and trailing commas between the tokens of JSON. */
function decorate(json: string, extras: readonly string[]): string {
  let count = 0;
  const extra = (): string => extras[count++ % Math.max(extras.length, 1)] ?? '';
  return json.replaceAll(/"(?:[^"\\]|\\.)*"|[[\]{}:,]/g, (token, at: number) => {
    const closes = /^[\]}]$/.test(token) && !/[[{]/.test(json.slice(0, at).trim().at(-1) ?? '');
    return `${closes && count % 3 === 0 ? ',' : ''}${extra()}${token}${extra()}`;
  });
}

const comments = (text: string): string[] => text.match(/#\d+#/g)?.toSorted() ?? [];
const key = fc.constantFrom('a', 'b', 'c', '//', '"', '{');
const members = fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
const document = fc.record(
  { a: members, c: fc.jsonValue({ maxDepth: 1 }), d: fc.array(fc.integer()) },
  { requiredKeys: [], noNullPrototype: true },
);
const extras = fc.array(
  fc.constantFrom('', ' ', '\n', '\n  ', '\r\n', '/* #1# */', ' // #2#\n', '/*, } #3#*/', '\t'),
  { maxLength: 12 },
);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it('edits any document as it would edit its value, and loses no comment', () => {
  fc.assert(
    fc.property(
      document,
      extras,
      fc.constantFrom(undefined, 2),
      fc.jsonValue(),
      (value, more, indent, put) => {
        const text = decorate(JSON.stringify(value, null, indent), more);
        expect(read(text)).toEqual(plain(value));
        const after = setMember(text, ['a', 'b'], put);
        expect(read(after)).toEqual(plain({ ...value, a: { ...value.a, b: put } }));
        const { b: _, ...others } = value.a ?? {};
        const removed = removeMember(after, ['a', 'b']);
        expect(read(removed)).toEqual(plain({ ...value, a: others }));
        const appended = appendItem(text, ['d'], 7);
        expect(read(appended)).toEqual(plain({ ...value, d: [...(value.d ?? []), 7] }));
        expect(comments(appended)).toEqual(comments(text));
        // A replaced value goes with the comments in it; one that is new replaces none.
        if (value.a?.['b'] === undefined) expect(comments(removed)).toEqual(comments(text));
      },
    ),
    { numRuns: 500 },
  );
});
