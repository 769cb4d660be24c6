/** A WebSocket as a handler sees it: messages to take and to send at the other side's pace, and a bounded life. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../clock.ts';
import { ThawError } from '../../errors.ts';

const MAX_MESSAGE_BYTES = 1024 * 1024;
/** What may wait for a handler before the client is made to wait. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** What may wait for the client before the handler is made to wait. */
const MAX_UNSENT_BYTES = 256 * 1024;
const PING_MS = 25_000;
const MAX_REASON_BYTES = 123;

export interface SocketMessage {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

export interface ToolboxSocket {
  /** In order, until the socket is closed. Iterate once; while nobody takes them the client is made to wait. */
  readonly messages: AsyncIterable<SocketMessage>;
  /** Aborted when the socket is closed, by whichever side. */
  readonly closed: AbortSignal;
  /** Text for a string, binary for bytes. Resolves once little waits for the client; to a closed socket it goes nowhere. */
  send(data: string | Uint8Array): Promise<void>;
  /** `reason` is cut to what a close frame holds. */
  close(code: number, reason?: string): void;
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** At most `MAX_REASON_BYTES`, cut at a character. */
function shorten(reason: string): string {
  const bytes = Buffer.from(reason, 'utf8');
  if (bytes.length <= MAX_REASON_BYTES) return reason;
  return bytes.toString('utf8', 0, MAX_REASON_BYTES).replace(/\uFFFD+$/, '');
}

/** Names of subprotocols that a client offers, in its order. */
export const offeredProtocols = (request: Pick<IncomingMessage, 'headers'>): readonly string[] =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').flatMap((name) => name.trim() || []);

/** Clients break off unless one of what they offer comes back; one that carries data is the last choice. */
function chooseProtocol(offered: ReadonlySet<string>): string | false {
  const names = [...offered];
  return names.find((name) => !name.startsWith('X-Daytona-Pty-Envs~')) ?? names[0] ?? false;
}

/** Takes the messages as they come and stops the client when too much waits. */
class Messages implements AsyncIterable<SocketMessage> {
  readonly #socket: WebSocket;
  readonly #waiting: SocketMessage[] = [];
  #bytes = 0;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (raw, isBinary) => {
      const data = toBuffer(raw);
      this.#waiting.push({ data, isBinary });
      // An empty message costs something, too.
      this.#bytes += data.length + 64;
      if (this.#bytes > MAX_WAITING_BYTES) socket.pause();
      this.#wake();
    });
    socket.once('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SocketMessage> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        this.#bytes -= next.data.length + 64;
        if (this.#socket.isPaused && this.#bytes < MAX_WAITING_BYTES / 2) this.#socket.resume();
        yield next;
        continue;
      }
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Ends a socket whose client does not answer any more: half-open connections, and clients that never read. */
function watch(socket: WebSocket, clock: Clock): void {
  let answered = true;
  let cancel: () => void = () => undefined;
  socket.on('pong', () => {
    answered = true;
  });
  const beat = (): void => {
    cancel = clock.schedule(PING_MS, () => {
      // A paused client's answer is not read: it is alive as long as the handler has work of it.
      if (!answered && !socket.isPaused) {
        socket.terminate();
        return;
      }
      answered = false;
      socket.ping();
      beat();
    });
  };
  socket.once('close', () => cancel());
  beat();
}

function wrap(socket: WebSocket, clock: Clock): ToolboxSocket {
  const controller = new AbortController();
  socket.on('error', () => socket.terminate());
  socket.once('close', () => controller.abort(new ThawError('cancelled', 'The client went away.')));
  watch(socket, clock);
  return {
    messages: new Messages(socket),
    closed: controller.signal,
    async send(data) {
      if (socket.readyState !== socket.OPEN) return;
      const sent = new Promise<void>((resolve) => socket.send(data, () => resolve()));
      if (socket.bufferedAmount > MAX_UNSENT_BYTES) await sent;
    },
    close(code, reason = '') {
      // Nothing more is taken, and the client's own close must be seen.
      socket.resume();
      socket.close(code, shorten(reason));
    },
  };
}

export interface SocketAcceptor {
  /** Answers the handshake. Rejects with `invalid_argument` when it is none; then the connection is over. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<ToolboxSocket>;
  /** How many are open. */
  readonly size: () => number;
  /** Cuts all of them. */
  close(): void;
}

export function socketAcceptor(clock: Clock): SocketAcceptor {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: chooseProtocol,
  });
  return {
    async accept(request, duplex, head) {
      return await new Promise<ToolboxSocket>((resolve, reject) => {
        const fail = (): void =>
          reject(new ThawError('invalid_argument', 'The WebSocket handshake is not complete.'));
        duplex.once('close', fail);
        server.handleUpgrade(request, duplex, head, (socket) => {
          duplex.off('close', fail);
          resolve(wrap(socket, clock));
        });
      });
    },
    size: () => server.clients.size,
    close() {
      for (const client of server.clients) client.terminate();
    },
  };
}
