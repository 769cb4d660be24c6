/** What a route of the toolbox is: a method, a path, and a handler which gets a checked call and returns its answer. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Backend, CallContext } from '../../backend/port.ts';
import type { Clock } from '../../clock.ts';
import type { PacedSocket } from '../../http/web-socket.ts';

/** One request to the toolbox of one sandbox, after authentication. */
export interface ToolboxCall {
  /** Id or name, as in the URL. */
  readonly sandbox: string;
  /** The decoded values of `{name}` segments. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Its body is read by `readJson` or by the handler, once. */
  readonly request: IncomingMessage;
  readonly backend: Backend;
  /** Its signal is aborted when the client goes away before the answer is complete. */
  readonly context: CallContext;
  readonly clock: Clock;
}

/** Chunks are taken as fast as the client reads them. `headers` has the content type, and a length where it is known. */
export interface StreamAnswer {
  readonly kind: 'stream';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export type ToolboxAnswer =
  | { readonly kind: 'json'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'text'; readonly status: number; readonly text: string }
  | { readonly kind: 'empty'; readonly status: number }
  | StreamAnswer;

export const json = (body: unknown, status = 200): ToolboxAnswer => ({ kind: 'json', status, body });
export const text = (text: string, status = 200): ToolboxAnswer => ({ kind: 'text', status, text });
export const empty = (status = 200): ToolboxAnswer => ({ kind: 'empty', status });

export type ToolboxMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Both functions throw ThawErrors, which become the API's error body. */
export interface ToolboxRoute {
  readonly method: ToolboxMethod;
  /** Below `{toolboxProxyUrl}/{sandbox}`, such as `/process/pty/{sessionId}`; literal segments win over `{…}`. */
  readonly path: string;
  /** Absent where only a WebSocket makes sense. */
  readonly handle?: (call: ToolboxCall) => Promise<ToolboxAnswer>;
  /**
   * Serves a WebSocket until it resolves, which closes it with 1000 unless it is closed by then. What it throws before
   * `accept` is an ordinary error response; afterwards the socket is closed with 1011.
   */
  readonly socket?: (call: ToolboxCall, accept: () => Promise<PacedSocket>) => Promise<void>;
  /** Reads only: any valid key may call it. Default: true for GET without a socket, else `write:sandboxes` is asked for. */
  readonly readOnly?: boolean;
  /** A valid signature in the query (`signed-url.ts`) stands for a key. */
  readonly signable?: boolean;
}
