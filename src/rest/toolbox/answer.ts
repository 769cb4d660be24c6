/** Writes an answer to the client, at the client's pace. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../clock.ts';
import { ThawError } from '../../errors.ts';
import type { StreamAnswer, ToolboxAnswer } from './route.ts';

/** A client that takes nothing for this long is given up. */
const STALL_MS = 60_000;

export function writeJson(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body) ?? 'null', 'utf8');
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
  });
  response.end(bytes);
}

async function drained(response: ServerResponse, clock: Clock, signal: AbortSignal): Promise<void> {
  const cancel = clock.schedule(STALL_MS, () => response.destroy());
  try {
    await once(response, 'drain', { signal });
  } finally {
    cancel();
  }
}

async function writeStream(
  response: ServerResponse,
  { status, headers, chunks }: StreamAnswer,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  let begun = false;
  const begin = (): void => {
    if (!begun) response.writeHead(status, { ...headers });
    begun = true;
  };
  // The head goes out with the first chunk: what fails before that still is an ordinary error.
  for await (const chunk of chunks) {
    begin();
    if (signal.aborted || response.destroyed) throw new ThawError('cancelled', 'The client went away.');
    if (!response.write(chunk)) await drained(response, clock, signal);
  }
  begin();
  response.end();
}

/** Throws what a stream throws; then the head may be out already, and the response is to be cut. */
export async function writeAnswer(
  response: ServerResponse,
  answer: ToolboxAnswer,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  switch (answer.kind) {
    case 'json':
      writeJson(response, answer.status, answer.body);
      return;
    case 'text': {
      const bytes = Buffer.from(answer.text, 'utf8');
      response.writeHead(answer.status, {
        'content-type': 'text/plain; charset=utf-8',
        'content-length': bytes.length,
      });
      response.end(bytes);
      return;
    }
    case 'empty':
      response.writeHead(answer.status, answer.status === 204 ? {} : { 'content-length': 0 });
      response.end();
      return;
    case 'stream':
      await writeStream(response, answer, clock, signal);
      return;
    default:
      answer satisfies never;
  }
}
