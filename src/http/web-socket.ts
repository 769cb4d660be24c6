/** A WebSocket as either end sees it: messages to take and to send at the other side's pace, and a bounded life. */
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import { ThawError } from '../errors.ts';

/** What may wait for whoever takes messages before the other side is made to wait. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** What may wait for the other side before whoever sends is made to wait. */
const MAX_UNSENT_BYTES = 256 * 1024;
const PING_MS = 25_000;
const MAX_REASON_BYTES = 123;

export interface SocketMessage {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

export interface SocketEnd {
  /** 1006 where the connection was cut. */
  readonly code: number;
  readonly reason: string;
}

export interface PacedSocket {
  /** In order, until the socket is closed. Iterate once; while nobody takes them the other side is made to wait. */
  readonly messages: AsyncIterable<SocketMessage>;
  /** Aborted when the socket is closed, by whichever side. */
  readonly closed: AbortSignal;
  /** How it was closed. Never rejects. */
  readonly ended: Promise<SocketEnd>;
  /** Text for a string, binary for bytes. Resolves once little waits for the other side; to a closed socket it goes nowhere. */
  send(data: string | Uint8Array): Promise<void>;
  /** `reason` is cut to what a close frame holds. */
  close(code: number, reason?: string): void;
}

/** What a message holds, in one piece. */
export function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** At most `MAX_REASON_BYTES`, cut at a character. */
function shorten(reason: string): string {
  const bytes = Buffer.from(reason, 'utf8');
  if (bytes.length <= MAX_REASON_BYTES) return reason;
  return bytes.toString('utf8', 0, MAX_REASON_BYTES).replace(/\uFFFD+$/, '');
}

/** Takes the messages as they come and stops the other side when too much waits. */
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

/** Ends a socket whose other side does not answer any more: half-open connections, and sides that never read. */
function watch(socket: WebSocket, clock: Clock): void {
  let answered = true;
  let cancel: () => void = () => undefined;
  socket.on('pong', () => {
    answered = true;
  });
  const beat = (): void => {
    cancel = clock.schedule(PING_MS, () => {
      // The answer of a side that is made to wait is not read: it is alive as long as there is work of it.
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

/** Takes an open socket over. `gone` is why `closed` is aborted. */
export function paceSocket(socket: WebSocket, clock: Clock, gone = 'The client went away.'): PacedSocket {
  const controller = new AbortController();
  socket.on('error', () => socket.terminate());
  const ended = new Promise<SocketEnd>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') }));
  });
  socket.once('close', () => controller.abort(new ThawError('cancelled', gone)));
  watch(socket, clock);
  return {
    messages: new Messages(socket),
    closed: controller.signal,
    ended,
    async send(data) {
      if (socket.readyState !== socket.OPEN) return;
      const sent = new Promise<void>((resolve) => socket.send(data, () => resolve()));
      if (socket.bufferedAmount > MAX_UNSENT_BYTES) await sent;
    },
    close(code, reason = '') {
      // Nothing more is taken, and the other side's own close must be seen.
      socket.resume();
      socket.close(code, shorten(reason));
    },
  };
}
