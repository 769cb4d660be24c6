/** Lines of bounded length, however the bytes are cut. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineReader } from '../../../src/server/line-reader.ts';

function read(maxBytes: number, chunks: readonly Buffer[]) {
  const lines: string[] = [];
  const oversize: { head: string; tail: string; bytes: number }[] = [];
  const reader = new LineReader(maxBytes, {
    onLine: (line) => lines.push(line),
    onOversize: (ends) => oversize.push(ends),
  });
  for (const chunk of chunks) reader.push(chunk);
  return { lines, oversize };
}

const cut = (bytes: Buffer, at: readonly number[]): Buffer[] => {
  const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length));
};

it('gives the same lines however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat()), (texts, at) => {
      const wanted = texts.map((text) => text.replaceAll('\n', '')).filter((text) => text !== '');
      const bytes = Buffer.from(wanted.map((text) => `${text}\n`).join(''));
      expect(read(1_000_000, cut(bytes, at)).lines).toEqual(wanted);
    }),
  );
});

it('drops a line that is too long, keeps both its ends, and goes on', () => {
  const long = `START${'x'.repeat(2_000)}END`;
  const { lines, oversize } = read(1_000, [
    Buffer.from(`a\n${long.slice(0, 900)}`),
    Buffer.from(`${long.slice(900)}\nb\n`),
  ]);
  expect(lines).toEqual(['a', 'b']);
  expect(oversize).toHaveLength(1);
  expect(oversize[0]).toMatchObject({
    bytes: 2_008,
    head: expect.stringMatching(/^START/),
    tail: expect.stringMatching(/END$/),
  });
});

it('accepts a line of exactly the limit', () => {
  expect(read(5, [Buffer.from('12345\n123456\n')])).toMatchObject({
    lines: ['12345'],
    oversize: [{ bytes: 6 }],
  });
});

it('says nothing about a line without an end', () => {
  expect(read(5, [Buffer.from('123'), Buffer.from('4')])).toEqual({ lines: [], oversize: [] });
});
