/** The user's bytes and the driver's pieces come apart, however the pipe cuts them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DriverViolation, PieceReader } from '../../../../src/engine/code/piece-reader.ts';

const NONCE = 'ab0'.repeat(5);
const MARK = `\0${NONCE}`;

const piece = (kind: 'm' | 'e', payload: string): string =>
  `${MARK}${kind}${payload.length.toString(16).padStart(4, '0')}${payload}`;

function readAll(reader: PieceReader, chunks: readonly Buffer[]) {
  const parts = chunks.flatMap((chunk) => [...reader.feed(chunk)]);
  const bytes = parts.map((part) => (part.kind === 'bytes' ? part.bytes.toString('latin1') : '')).join('');
  const frames = parts.flatMap((part) => (part.kind === 'frame' ? [part.frame.toString('latin1')] : []));
  return { bytes, frames };
}

/** Texts that look like pieces as often as possible. */
const outputs = fc
  .array(fc.constantFrom('a', '\0', NONCE.slice(0, 4), NONCE.slice(0, 14), 'e0004', '\n'), { maxLength: 20 })
  .map((words) => words.join(''))
  .filter((text) => !text.includes(MARK));

describe('PieceReader', () => {
  it('gives back what was put together, cut anywhere', () => {
    const item = fc.oneof(
      outputs.map((text) => ({ text, frame: null })),
      fc
        .array(fc.string({ unit: 'binary-ascii', maxLength: 30 }), { minLength: 1, maxLength: 3 })
        .map((payloads) => ({
          text: payloads
            .map((payload, at) => piece(at === payloads.length - 1 ? 'e' : 'm', payload))
            .join(''),
          frame: payloads.join(''),
        })),
    );
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 8 }),
        fc.array(fc.nat(200), { maxLength: 12 }),
        (items, cuts) => {
          // A zero byte of output right before a mark is still output.
          const whole = Buffer.from(`${items.map(({ text }) => text).join('')}.`, 'latin1');
          const places = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
          const chunks = places.slice(1).map((end, index) => whole.subarray(places[index], end));
          const { bytes, frames } = readAll(new PieceReader(NONCE, 1000), chunks);
          expect(frames).toEqual(items.flatMap(({ frame }) => (frame === null ? [] : [frame])));
          expect(bytes).toBe(`${items.map(({ text, frame }) => (frame === null ? text : '')).join('')}.`);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['another kind', `${MARK}x0000`],
    ['no number', `${MARK}e00g0`],
    ['more than a piece has', `${MARK}e0fa1`],
  ])('refuses a head with %s', (_name, text) => {
    expect(() => readAll(new PieceReader(NONCE, 1000), [Buffer.from(text, 'latin1')])).toThrow(
      DriverViolation,
    );
  });

  it('refuses a frame beyond its bound, in however many pieces', () => {
    const reader = new PieceReader(NONCE, 1000);
    const chunks = Array.from({ length: 11 }, () => Buffer.from(piece('m', 'x'.repeat(100))));
    expect(() => readAll(reader, chunks)).toThrow(/too large/);
  });
});
