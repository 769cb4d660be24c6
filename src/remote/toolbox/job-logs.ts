/** The log of a session's command: pieces of both outputs, each behind three bytes that name its stream. Pure. */
import type { JobChunk } from '../../backend/jobs.ts';

const STDOUT = '\u0001\u0001\u0001';
const STDERR = '\u0002\u0002\u0002';

/** The pieces in their order. What comes before the first mark is standard output. */
export function splitLog(raw: string): JobChunk[] {
  const chunks: JobChunk[] = [];
  let stream: JobChunk['stream'] = 'stdout';
  for (const part of raw.split(new RegExp(`(${STDOUT}|${STDERR})`))) {
    if (part === STDOUT) stream = 'stdout';
    else if (part === STDERR) stream = 'stderr';
    else if (part !== '') chunks.push({ stream, data: Buffer.from(part, 'utf8') });
  }
  return chunks;
}

export const bytesOf = (chunks: readonly JobChunk[], stream?: JobChunk['stream']): number =>
  chunks.reduce(
    (sum, chunk) => sum + (stream === undefined || chunk.stream === stream ? chunk.data.length : 0),
    0,
  );

/** The part from byte `from` on, at most `most` bytes of both streams together. */
export function windowOf(chunks: readonly JobChunk[], from: number, most: number): JobChunk[] {
  const found: JobChunk[] = [];
  let at = 0;
  for (const { stream, data } of chunks) {
    const piece = data.subarray(Math.max(0, from - at), Math.max(0, from + most - at));
    if (piece.length > 0) found.push({ stream, data: piece });
    at += data.length;
  }
  return found;
}
