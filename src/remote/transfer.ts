/** Requests whose bodies are too long to be held: sent and taken in pieces, given up when they do not come on. */
import { ThawError } from '../errors.ts';
import { toAnswerError } from './answer-errors.ts';
import { type Api, credentials } from './api.ts';
import { toCancelled, toConnectionError, toTimeout } from './connection-errors.ts';
import type { Operation } from './request.ts';

/** Without a byte either way. */
const STALL_MS = 60_000;
/** Of an answer that is an error, or the end of an upload. */
const MAX_WORDS_BYTES = 1024 * 1024;

export interface TransferRequest {
  readonly method: string;
  readonly url: string;
  readonly operation: Operation;
  readonly signal: AbortSignal;
  /** Sent at the server's pace. */
  readonly upload?: { readonly type: string; readonly chunks: AsyncIterable<Uint8Array> };
}

export interface Transfer {
  readonly headers: Headers;
  /** At the reader's pace. Iterate once, or `cancel`. */
  readonly chunks: AsyncIterable<Buffer>;
  cancel(): void;
}

/** Ends a transfer that does not come on. */
class Stall {
  readonly controller = new AbortController();
  isLate = false;
  readonly #api: Api;
  #cancel: () => void = () => undefined;

  constructor(api: Api) {
    this.#api = api;
    this.wait();
  }

  /** From now on the other side is waited for. */
  wait(): void {
    this.rest();
    this.#cancel = this.#api.clock.schedule(STALL_MS, () => {
      this.isLate = true;
      this.controller.abort();
    });
  }

  /** Whoever reads here takes its time. */
  rest(): void {
    this.#cancel();
  }
}

/** Opens it. Throws ThawError for every answer that is no success, and what the uploaded chunks throw. */
export async function openTransfer(api: Api, request: TransferRequest): Promise<Transfer> {
  const { method, url, operation, signal, upload } = request;
  const { origin } = new URL(url);
  if (signal.aborted) throw toCancelled(operation.name);
  const stall = new Stall(api);
  const abort = (): void => stall.controller.abort();
  signal.addEventListener('abort', abort, { once: true });
  const end = (): void => {
    stall.rest();
    signal.removeEventListener('abort', abort);
  };
  let own: { readonly error: unknown } | null = null;
  const told = (error: unknown): unknown => {
    if (own !== null) return own.error;
    if (error instanceof ThawError) return error;
    if (signal.aborted) return toCancelled(operation.name);
    if (stall.isLate) return toTimeout(operation.name, origin, STALL_MS);
    return toConnectionError(error, operation.name, origin);
  };
  async function* sent(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunks) {
        stall.wait();
        yield chunk;
        stall.rest();
      }
      stall.wait();
    } catch (error) {
      own = { error };
      throw error;
    }
  }
  async function* taken(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Buffer> {
    try {
      stall.wait();
      for await (const chunk of body ?? []) {
        stall.rest();
        yield Buffer.from(chunk);
        stall.wait();
      }
    } catch (error) {
      throw told(error);
    } finally {
      end();
    }
  }
  try {
    const headers = { ...credentials(api.settings), ...(upload && { 'content-type': upload.type }) };
    const body = upload === undefined ? {} : { body: sent(upload.chunks), duplex: 'half' as const };
    const signals = { signal: stall.controller.signal, redirect: 'manual' } as const;
    const response = await api.fetch(url, { method, headers, ...signals, ...body });
    const transfer = { headers: response.headers, chunks: taken(response.body) };
    if (response.status >= 200 && response.status < 300) {
      const cancel = (): void => {
        end();
        abort();
      };
      return { ...transfer, cancel };
    }
    const answer = { status: response.status, headers: response.headers, body: await words(transfer.chunks) };
    throw toAnswerError(answer, operation, { method, url, secrets: [api.settings.token] });
  } catch (error) {
    end();
    abort();
    throw told(error);
  }
}

/** A short body as a whole; what is longer is cut. */
export async function words(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    all.push(chunk.subarray(0, MAX_WORDS_BYTES - size));
    size += chunk.length;
    if (size >= MAX_WORDS_BYTES) break;
  }
  return Buffer.concat(all);
}
