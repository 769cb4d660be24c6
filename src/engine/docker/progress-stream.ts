/** Follows what the daemon prints while it pulls, builds or imports: JSON objects, one a line, with failures among them. */
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import { ThawError } from '../../errors.ts';

const Progress = z.object({
  status: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional(),
  /** What a build prints. */
  stream: z.string().optional(),
});

/** The daemon cuts the output of a build step into far smaller pieces. */
const MAX_LINE_CHARACTERS = 4 * 1024 * 1024;

async function* linesOf(stream: Readable): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const bytes: Buffer = chunk;
    const parts = `${rest}${decoder.write(bytes)}`.split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS)
      throw new ThawError('engine_error', 'The Docker Engine reported progress in a line without an end.');
    yield* parts;
  }
  yield rest;
}

/**
 * Hands the text of a build and the lines of a pull to `onText`, each as it comes, and holds none of it. Resolves with
 * the last status line. Throws `engine_error` for a failure that the daemon reports in the stream, after its 200.
 */
export async function followProgress(stream: Readable, onText: (text: string) => void): Promise<string> {
  let last = '';
  for await (const line of linesOf(stream)) {
    if (line.trim() === '') continue;
    const { status, id, error, stream: text } = Progress.parse(JSON.parse(line));
    if (error !== undefined) throw new ThawError('engine_error', error.trim());
    if (text !== undefined) onText(text);
    if (status === undefined) continue;
    last = status;
    onText(id === undefined ? `${status}\n` : `${id}: ${status}\n`);
  }
  return last;
}
