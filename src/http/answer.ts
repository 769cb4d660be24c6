/** Short JSON answers, and how a request is refused whose body nobody reads. */
import type { IncomingMessage, ServerResponse } from 'node:http';

const jsonHeaders = (body: Buffer): Readonly<Record<string, string>> => ({
  'content-type': 'application/json',
  'content-length': String(body.length),
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
});

export function answerJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { ...jsonHeaders(body), ...headers });
  response.end(body);
}

/** How much and how long is listened to whoever still sends, so that it gets to read the answer. */
const DRAIN_BYTES = 1_048_576;
const DRAIN_MS = 2_000;

/**
 * Answers before the body was read, and ends the connection behind the answer. What still comes is dropped for a
 * moment, because closing a connection with unread bytes in it would take the answer away from its reader.
 */
export function refuseJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (request.complete) {
    answerJson(response, status, value, headers);
    return;
  }
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { ...jsonHeaders(body), ...headers, connection: 'close' });
  response.write(body);
  let dropped = 0;
  const end = (): void => void response.end();
  request.on('data', (part: Buffer) => {
    dropped += part.length;
    if (dropped > DRAIN_BYTES) end();
  });
  request.once('end', end).once('close', end).once('error', end);
  AbortSignal.timeout(DRAIN_MS).addEventListener('abort', end, { once: true });
}
