/** Opens WebSockets to the server with the credentials. */
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { ThawError } from '../errors.ts';
import { type PacedSocket, paceSocket } from '../http/web-socket.ts';
import { toAnswerError } from './answer-errors.ts';
import { type Api, credentials } from './api.ts';
import { toCancelled, toConnectionError } from './connection-errors.ts';
import type { Operation } from './request.ts';

const HANDSHAKE_MS = 15_000;
/** A picture that code drew, with room. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
/** Of an answer that is no WebSocket. */
const MAX_REFUSAL_BYTES = 64 * 1024;

export interface SocketRequest {
  /** As for a request: `http:` or `https:`. */
  readonly url: string;
  readonly protocols?: readonly string[];
  readonly operation: Operation;
}

async function readRefusal(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let left = MAX_REFUSAL_BYTES;
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes.subarray(0, left));
    left -= bytes.length;
    if (left <= 0) break;
  }
  return Buffer.concat(chunks);
}

/** What a server means that answers the handshake as an ordinary request. */
async function toRefusal(response: IncomingMessage, request: SocketRequest, api: Api): Promise<ThawError> {
  const { operation, url } = request;
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers))
    if (typeof value === 'string') headers.set(name, value);
  const body = await readRefusal(response).catch(() => Buffer.alloc(0));
  const answer = { status: response.statusCode ?? 0, headers, body };
  return toAnswerError(answer, operation, { method: 'GET', url, secrets: [api.settings.token] });
}

function opened(socket: WebSocket, api: Api, request: SocketRequest, signal: AbortSignal): Promise<void> {
  const { operation, url } = request;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(toCancelled(operation.name));
      socket.terminate();
    };
    signal.addEventListener('abort', abort, { once: true });
    const settle = (work: () => void): void => {
      signal.removeEventListener('abort', abort);
      work();
    };
    socket.once('open', () => settle(resolve));
    socket.once('unexpected-response', (_sent, response: IncomingMessage) => {
      void toRefusal(response, request, api).then((error) => {
        settle(() => reject(error));
        socket.terminate();
      });
    });
    socket.once('error', (error) =>
      settle(() => reject(toConnectionError(error, operation.name, new URL(url).origin))),
    );
  });
}

/** Resolves when it is open. Throws ThawError as a request does. `signal` ends the handshake; later it is the caller's to close. */
export async function openSocket(
  api: Api,
  request: SocketRequest,
  signal: AbortSignal,
): Promise<PacedSocket> {
  if (signal.aborted) throw toCancelled(request.operation.name);
  // Loaded only now: most calls need none.
  const { WebSocket } = await import('ws');
  const url = request.url.replace(/^http/, 'ws');
  const socket = new WebSocket(url, [...(request.protocols ?? [])], {
    headers: credentials(api.settings),
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
  });
  // Whoever takes it over must have every message: none is lost between the opening and that.
  const paced = paceSocket(socket, api.clock, 'The server closed the connection.');
  await opened(socket, api, request, signal);
  return paced;
}

/** For a connection that ended before what it is for did. */
export const cutOff = (operation: string, url: string): ThawError =>
  toConnectionError(null, operation, new URL(url).origin);
