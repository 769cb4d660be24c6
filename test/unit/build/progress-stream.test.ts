/** The daemon's progress: any cut of its bytes gives the same lines, a failure among them is thrown, nothing is kept. */
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { followProgress } from '../../../src/engine/docker/progress-stream.ts';

const follow = async (chunks: readonly Buffer[]): Promise<{ texts: string[]; last: string }> => {
  const texts: string[] = [];
  const last = await followProgress(Readable.from(chunks, { objectMode: true }), (text) => texts.push(text));
  return { texts, last };
};

const lines = [
  '{"status":"Pulling from äö/image","id":"1.0"}',
  '',
  '{"stream":"Step 1/2 : RUN echo ü\\n"}',
  '{"aux":{"ID":"sha256:0"}}',
  '{"status":"done 🎉"}',
].join('\r\n');

it('reads the same from every cut of the bytes', async () => {
  const bytes = Buffer.from(lines);
  const whole = await follow([bytes]);
  expect(whole).toEqual({
    texts: ['1.0: Pulling from äö/image\n', 'Step 1/2 : RUN echo ü\n', 'done 🎉\n'],
    last: 'done 🎉',
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
      expect(await follow(chunks)).toEqual(whole);
    }),
  );
});

it('throws what the daemon reports after its 200', async () => {
  const failed = follow([
    Buffer.from('{"stream":"a"}\n{"error":"exit 7\\n","errorDetail":{}}\n{"stream":"b"}'),
  ]);
  await expect(failed).rejects.toMatchObject({ code: 'engine_error', message: 'exit 7' });
});

it('gives up on a line without an end', async () => {
  const endless = Array.from({ length: 70 }, () => Buffer.alloc(64 * 1024, 120));
  await expect(follow(endless)).rejects.toMatchObject({ code: 'engine_error' });
});
