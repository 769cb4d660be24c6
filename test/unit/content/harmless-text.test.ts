/** Output of sandboxes as it is shown: nothing in it moves a cursor, hides, or is lost from the bytes that are kept. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JobOutput } from '../../../src/backend/jobs.ts';
import { harmlessText } from '../../../src/content/harmless-text.ts';
import { jobText } from '../../../src/content/job-text.ts';

it.each([
  ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
  ['8-bit sequences', '\u009b31mred', 'red'],
  ['window titles, however they end', '\u001b]0;evil\u0007a\u001b]0;evil\u001b\\b', 'ab'],
  ['device control strings', '\u001bPq#0;2\u001b\\c', 'c'],
  ['character sets and resets', '\u001b(Bx\u001bcy', 'xy'],
  ['lines that are written over', '10%\r20%\rdone\r\n', '10%\n20%\ndone\n'],
  ['bells and NULs', 'a\u0007\u0000b', 'a<U+0007><U+0000>b'],
  ['text that runs backwards', 'a\u202eb', 'a<U+202E>b'],
  ['letters that nobody sees', `a${String.fromCodePoint(0xe0041)}b\u200b`, 'a<U+E0041>b<U+200B>'],
  ['tabs, line feeds and other scripts', 'a\tb\nä€😀👩‍👩‍👧', 'a\tb\nä€😀👩‍👩‍👧'],
])('takes %s', (_what, given, shown) => {
  expect(harmlessText(given)).toBe(shown);
});

it('leaves no control character of any text but tab and line feed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const controls = Array.from(harmlessText(text)).filter((character) => {
        const code = character.codePointAt(0) ?? 0;
        return (code < 32 && code !== 9 && code !== 10) || (code >= 127 && code < 160);
      });
      expect(controls).toEqual([]);
    }),
  );
});

const outputOf = (bytes: Buffer, from: number, count: number): JobOutput => {
  const data = bytes.subarray(from, from + count);
  return {
    job: {
      execId: 'exec-1-0123456789abcdef',
      command: 'x',
      status: 'exited',
      exitCode: 0,
      signal: null,
      startedAt: '2026-05-01T10:00:00.000Z',
      endedAt: '2026-05-01T10:00:01.000Z',
      stdoutBytes: bytes.length,
      stderrBytes: 0,
    },
    chunks: [{ stream: 'stdout', data }],
    cursor: from,
    nextCursor: from + data.length,
    droppedBytes: 0,
  };
};

it('reads any text in parts of any size without splitting a character, and any bytes as base64', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 4, max: 9 }), (text, size) => {
      const bytes = Buffer.from(text);
      const parts: string[] = [];
      for (let cursor = 0; cursor < bytes.length; ) {
        const part = jobText(outputOf(bytes, cursor, size), 'utf8');
        expect(part.nextCursor).toBeGreaterThan(cursor);
        expect(part.bytesLeft).toBe(bytes.length - part.nextCursor);
        parts.push(part.output);
        cursor = part.nextCursor;
      }
      // Carriage returns are changed by pairs, which parts may separate.
      if (!text.includes('\r')) expect(parts.join('')).toBe(harmlessText(text));
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (data) => {
      const bytes = Buffer.from(data);
      const { output, nextCursor } = jobText(outputOf(bytes, 0, 50), 'base64');
      expect(Buffer.from(output, 'base64')).toEqual(bytes);
      expect(nextCursor).toBe(bytes.length);
    }),
  );
});
