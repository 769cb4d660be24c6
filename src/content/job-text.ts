/** A part of a command's output as the text of an answer. Pure. */
import type { JobText } from '../../schemas/jobs.ts';
import type { JobOutput } from '../backend/jobs.ts';
import { harmlessText } from './harmless-text.ts';

/** How many bytes at the end are the beginning of a UTF-8 sequence whose rest is missing. */
function splitBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/**
 * `text` is made harmless and never ends in half a character when the rest is still to come: that is left for the next
 * part. `base64` is the bytes as they are.
 */
export function jobText(
  { job, chunks, cursor, nextCursor, droppedBytes }: JobOutput,
  encoding: JobText['encoding'],
): JobText {
  const bytes = Buffer.concat(chunks.map(({ data }) => data));
  const totalBytes = job.stdoutBytes + job.stderrBytes;
  const goesOn = nextCursor < totalBytes || job.status === 'running';
  const left = encoding === 'utf8' && goesOn ? splitBytes(bytes) : 0;
  // One that makes no progress would be read for ever.
  const held = left < bytes.length ? left : 0;
  const shown = bytes.subarray(0, bytes.length - held);
  const { execId, status, exitCode, signal, stdoutBytes, stderrBytes, startedAt, endedAt } = job;
  const next = nextCursor - held;
  return {
    execId,
    status,
    exitCode,
    signal,
    output: encoding === 'base64' ? shown.toString('base64') : harmlessText(shown.toString('utf8')),
    encoding,
    cursor,
    nextCursor: next,
    bytesLeft: Math.max(0, totalBytes - next),
    droppedBytes,
    stdoutBytes,
    stderrBytes,
    startedAt,
    endedAt,
  };
}
