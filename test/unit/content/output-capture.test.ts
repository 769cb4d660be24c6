/** Head and tail of an output are exact, whatever the chunking. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputCapture } from '../../../src/content/output-capture.ts';

function captureAll(chunks: readonly Buffer[], maxBytes: number) {
  const capture = new OutputCapture(maxBytes);
  for (const chunk of chunks) capture.add(chunk);
  return capture.result();
}

describe('OutputCapture', () => {
  it('keeps everything that fits, and counts it', () => {
    expect(captureAll([Buffer.from('hello '), Buffer.from('wörld')], 64)).toEqual({
      text: 'hello wörld',
      totalBytes: 12,
      truncated: false,
    });
  });

  it('keeps the head and the tail of what does not fit, and says how much is missing', () => {
    const { text, totalBytes, truncated } = captureAll([Buffer.from('a'.repeat(50) + 'b'.repeat(50))], 10);
    expect(text).toBe('aaaaa\n[... 90 bytes left out ...]\nbbbbb');
    expect({ totalBytes, truncated }).toEqual({ totalBytes: 100, truncated: true });
  });

  it('takes what follows a gap for the end, and counts the gap', () => {
    const capture = new OutputCapture(10);
    capture.add(Buffer.from('abc'));
    capture.skip();
    capture.add(Buffer.from('yz'));
    expect(capture.result(100)).toEqual({
      text: 'abc\n[... 95 bytes left out ...]\nyz',
      totalBytes: 100,
      truncated: true,
    });
  });

  it('never shows half a character at the cut', () => {
    const { text } = captureAll([Buffer.from('ä€😀'.repeat(100))], 101);
    expect(text).not.toContain('\uFFFD');
  });

  it('gives the same for any chunking', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }),
        fc.integer({ min: 0, max: 120 }),
        (chunks, maxBytes) => {
          const buffers = chunks.map((chunk) => Buffer.from(chunk));
          const whole = Buffer.concat(buffers);
          const result = captureAll(buffers, maxBytes);
          expect(result).toEqual(captureAll([whole], maxBytes));
          expect(result.totalBytes).toBe(whole.length);
          expect(result.truncated).toBe(whole.length > maxBytes);
          if (!result.truncated) expect(result.text).toBe(whole.toString('utf8'));
        },
      ),
    );
  });

  it('keeps exactly the newest bytes in the tail', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme-ascii' }),
        fc.integer({ min: 2, max: 50 }),
        (text, max) => {
          const result = captureAll(
            Array.from(text, (char) => Buffer.from(char)),
            max,
          );
          if (!result.truncated) return;
          expect(result.text.startsWith(text.slice(0, Math.ceil(max / 2)))).toBe(true);
          expect(result.text.endsWith(text.slice(text.length - Math.floor(max / 2)))).toBe(true);
        },
      ),
    );
  });
});
