/** The JSON body of a request to the API. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import { readBody } from '../http/body.ts';

/** Enough for the longest Dockerfile and environment. */
const MAX_BYTES = 8 * 1024 * 1024;
const DEADLINE_MS = 20_000;

/** What `readApiBody` answers for a body that is no JSON. */
export const notJson = Symbol('not JSON');

const isJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/(?:[\w.+-]+\+)?json(?:\s*;|$)/i.test(headers['content-type'] ?? 'application/json');

/**
 * Undefined when there is none, or when it is no JSON by its own word. Throws `request_too_large` and `request_timeout`;
 * then the rest was not read.
 */
export async function readApiBody(request: IncomingMessage, clock: Clock): Promise<unknown> {
  const bytes = await readBody(request, { maxBytes: MAX_BYTES, deadlineMs: DEADLINE_MS, clock });
  if (bytes.length === 0 || !isJson(request)) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    // As the API: a body is an object or an array.
    return typeof value === 'object' && value !== null ? value : notJson;
  } catch {
    return notJson;
  }
}
