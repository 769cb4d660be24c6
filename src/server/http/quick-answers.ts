/**
 * Answers of one HTTP session that come at once, as plain JSON: a stream of events costs several times as much, and is only
 * worth it for what takes time. A request that is not answered soon, or that has something to say meanwhile, moves to the
 * SDK's transport, which opens a stream for it that can be resumed (Streamable HTTP, "Sending Messages to the Server").
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  type MessageExtraInfo,
  type RequestId,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../../clock.ts';

/** Longer than most calls take, and shorter than a client would notice. */
const QUICK_MS = 50;
/** The SDK answers these in ways of its own. */
const NEVER_QUICK = new Set(['initialize']);

/** Clients must accept both; one that names the stream first is given it. */
function prefersJson(accept: string): boolean {
  const json = accept.indexOf('application/json');
  return json !== -1 && json < accept.indexOf('text/event-stream');
}

/** One request whose answer is awaited, or that is on its way to a stream. */
class Waiting {
  readonly #inner: StreamableHTTPServerTransport;
  readonly #exchange: Exchange;
  readonly #cancelTimer: () => void;
  /** What is to be done once the stream is open; null: nothing has moved. */
  #queue: (() => Promise<void>)[] | null = null;

  constructor(inner: StreamableHTTPServerTransport, exchange: Exchange, clock: Clock) {
    this.#inner = inner;
    this.#exchange = exchange;
    this.#cancelTimer = clock.schedule(QUICK_MS, () => this.move());
  }

  get isMoving(): boolean {
    return this.#queue !== null;
  }

  /** Hands the request to the stream; what was to be sent meanwhile follows once it is open. */
  move(): void {
    if (this.#queue !== null) return;
    this.#queue = [];
    this.#cancelTimer();
    const { request, response, body } = this.#exchange;
    // Nobody hears a stream that nobody was told of.
    if (response.destroyed) return;
    this.#inner.handleRequest(request, response, body).catch(() => response.destroy());
  }

  /** Does what waited for the stream, in its order, and calls `done` when nothing waits any more. */
  async opened(done: () => void): Promise<void> {
    for (let next = this.#queue?.shift(); next !== undefined; next = this.#queue?.shift()) await next();
    done();
  }

  /** Moves, and acts when the stream is open. */
  inStream(act: () => Promise<void>): void {
    this.move();
    this.#queue?.push(act);
  }

  /** The answer goes out at once; what is said before it needs a stream. */
  send(message: JSONRPCMessage, related: { readonly relatedRequestId?: RequestId }): void {
    if (this.#queue === null && !('method' in message)) this.#answer(message);
    else this.inStream(() => this.#inner.send(message, related));
  }

  drop(): void {
    this.#cancelTimer();
    if (this.#queue === null) this.#exchange.response.destroy();
  }

  #answer(message: JSONRPCMessage): void {
    this.#cancelTimer();
    const { response } = this.#exchange;
    if (response.destroyed) return;
    const body = JSON.stringify(message);
    const { sessionId } = this.#inner;
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
    });
    response.end(body);
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: unknown;
}

export class QuickAnswers implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;

  readonly #inner: StreamableHTTPServerTransport;
  readonly #clock: Clock;
  readonly #waiting = new Map<RequestId, Waiting>();

  constructor(inner: StreamableHTTPServerTransport, clock: Clock) {
    this.#inner = inner;
    this.#clock = clock;
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  async start(): Promise<void> {
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    this.#inner.onmessage = (message, extra) => this.#receive(message, extra);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    this.#inner.onerror = (error) => this.onerror?.(error);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    this.#inner.onclose = () => this.#finish();
    await this.#inner.start();
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const isAnswer = !('method' in message);
    const id = isAnswer ? message.id : options?.relatedRequestId;
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    const related =
      options?.relatedRequestId === undefined ? {} : { relatedRequestId: options.relatedRequestId };
    if (id === undefined || waiting === undefined) {
      await this.#inner.send(message, related);
      return;
    }
    waiting.send(message, related);
    if (isAnswer && !waiting.isMoving) this.#waiting.delete(id);
  }

  /** Serves one HTTP request of the session. */
  async handle(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    if (!this.#isQuick(request, body)) {
      await this.#inner.handleRequest(request, response, body);
      return;
    }
    const { id } = body;
    const waiting = new Waiting(this.#inner, { request, response, body }, this.#clock);
    this.#waiting.set(id, waiting);
    this.onmessage?.(body, {
      closeSSEStream: () => waiting.inStream(async () => this.#inner.closeSSEStream(id)),
      closeStandaloneSSEStream: () => this.#inner.closeStandaloneSSEStream(),
    });
  }

  /** Whether it is one request that nothing is wrong with; everything else is the SDK's to judge. */
  #isQuick(request: IncomingMessage, body: unknown): body is JSONRPCMessage & { id: RequestId } {
    const { accept = '', 'mcp-protocol-version': revision } = request.headers;
    return (
      request.method === 'POST' &&
      isJSONRPCRequest(body) &&
      !NEVER_QUICK.has(body.method) &&
      !this.#waiting.has(body.id) &&
      prefersJson(accept) &&
      (revision === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(String(revision)))
    );
  }

  #receive(message: JSONRPCMessage, extra?: MessageExtraInfo): void {
    const id = 'method' in message && 'id' in message ? message.id : undefined;
    const moved = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || moved === undefined || !moved.isMoving) {
      this.onmessage?.(message, extra);
      return;
    }
    // It is being worked on already, and its stream is open now.
    moved
      .opened(() => this.#waiting.delete(id))
      .catch((error: unknown) => this.onerror?.(error instanceof Error ? error : new Error(String(error))));
  }

  #finish(): void {
    for (const waiting of this.#waiting.values()) waiting.drop();
    this.#waiting.clear();
    this.onclose?.();
  }
}
