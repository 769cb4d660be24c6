/** Writes what the API answers: JSON, text, or nothing. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { TextAnswer } from './handler.ts';

type Headers = Readonly<Record<string, string>>;

export function sendJson(response: ServerResponse, status: number, value: unknown, headers: Headers): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(body.length),
  });
  response.end(body);
}

export function sendNothing(response: ServerResponse, status: number, headers: Headers): void {
  response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': '0' });
  response.end();
}

/** Text that is still made is sent as it comes, no faster than it is read. */
export async function sendText(
  response: ServerResponse,
  text: TextAnswer,
  headers: Headers,
  signal: AbortSignal,
): Promise<void> {
  const all = {
    ...headers,
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  };
  if (typeof text === 'string') {
    const body = Buffer.from(text);
    response.writeHead(200, { ...all, 'content-length': String(body.length) });
    response.end(body);
    return;
  }
  response.writeHead(200, all);
  response.flushHeaders();
  for await (const part of text) {
    if (signal.aborted) break;
    if (!response.write(part)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}
