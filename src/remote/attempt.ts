/** One HTTP exchange: bounded in time and size, without following redirects, ended by the caller's signal. */
import type { Clock } from '../clock.ts';
import { ThawError } from '../errors.ts';
import { toCancelled, toConnectionError, toTimeout } from './connection-errors.ts';
import type { RemoteAnswer, RemoteRequest } from './request.ts';

export type Fetch = typeof globalThis.fetch;

export interface AttemptOptions {
  readonly operation: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly fetch: Fetch;
}

class TooLargeError extends Error {}

async function readBody(response: Response, maxBytes: number): Promise<Buffer> {
  if (response.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    // Leaving the loop cancels the stream, which ends the connection.
    if (size > maxBytes) throw new TooLargeError();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Any HTTP answer is a value. Throws `cancelled`, `timeout`, `backend_unreachable`, and `backend_error` for a body too large. */
export async function attempt(request: RemoteRequest, options: AttemptOptions): Promise<RemoteAnswer> {
  const { operation, signal, timeoutMs, maxBytes, clock } = options;
  const { origin } = new URL(request.url);
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  let late = false;
  const cancelTimer = clock.schedule(timeoutMs, () => {
    late = true;
    abort();
  });
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    const response = await options.fetch(request.url, {
      method: request.method,
      headers: { ...request.headers },
      body: request.body,
      redirect: 'manual',
      signal: controller.signal,
    });
    const body = await readBody(response, maxBytes);
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    if (signal.aborted) throw toCancelled(operation);
    if (late) throw toTimeout(operation, origin, timeoutMs);
    if (error instanceof TooLargeError) {
      throw new ThawError(
        'backend_error',
        `${origin} answered ${operation} with more than ${maxBytes} bytes.`,
        {
          next: 'Ask for less: narrow the call, or limit what the command prints.',
          context: { operation },
        },
      );
    }
    throw toConnectionError(error, operation, origin);
  } finally {
    cancelTimer();
    signal.removeEventListener('abort', abort);
  }
}
