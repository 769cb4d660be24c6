/**
 * A strict fake of the public Daytona server 0.190, where it differs from Thaw: it answers `creating`, is busy for a
 * while after each change, answers 201 where the document says 200, merges the outputs of commands and refuses forks
 * of containers. A request that it does not know fails the test.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as SocketServer } from 'socket.io';
import { type WebSocket, WebSocketServer } from 'ws';
import { routes } from './routes.ts';
import { type FakeSandbox, settled } from './sandboxes.ts';

export interface FakeOptions {
  /** Which list the server has. Default `cursor`, as 0.190. */
  readonly list?: 'cursor' | 'paginated' | 'array';
  readonly events?: boolean;
  /** How long a change takes. */
  readonly changeMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly raw?: string | Buffer;
}

/** An answer planned in front of the real one, `times` times. */
export interface Injection {
  readonly route: string;
  readonly answer: Answer | 'reset';
  times: number;
}

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly json: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

export const KEY = `dtn_${'0f'.repeat(32)}`;

export class FakeDaytona {
  readonly sandboxes = new Map<string, FakeSandbox>();
  readonly files = new Map<string, Buffer>();
  readonly snapshots = new Map<string, Record<string, unknown>>();
  readonly volumes = new Map<string, Record<string, unknown>>();
  /** Sessions of toolboxes, each with its one command. */
  readonly sessions = new Map<string, { id: string; command: string; input: string } | null>();
  /** `METHOD /path` of every request, with the path's own ids. */
  readonly requests: string[] = [];
  readonly bodies: string[] = [];
  /** What no route knew. A test ends with an empty list. */
  readonly unknown: string[] = [];
  /** What its toolbox does with a WebSocket, by its path; the test's own. None: there is no WebSocket. */
  onSocket: ((path: string, socket: WebSocket) => void) | null = null;
  readonly #toolboxSockets = new WebSocketServer({ noServer: true });
  readonly #injections: Injection[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #server: Server;
  readonly #sockets: SocketServer | null;
  readonly options: Required<FakeOptions>;

  private constructor(options: FakeOptions) {
    this.options = { list: 'cursor', events: false, changeMs: 150, ...options };
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => {
      const { pathname } = new URL(request.url ?? '/', this.origin);
      if (!pathname.startsWith('/toolbox/')) {
        // The events have a listener of their own, where there are any.
        if (this.#sockets === null) socket.destroy();
        return;
      }
      const { onSocket } = this;
      if (onSocket === null || request.headers.authorization !== `Bearer ${KEY}`) {
        socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}');
        return;
      }
      this.#toolboxSockets.handleUpgrade(request, socket, head, (opened) => onSocket(pathname, opened));
    });
    this.#sockets = this.options.events
      ? new SocketServer(this.#server, { path: '/api/socket.io/', transports: ['websocket'] })
      : null;
    this.#sockets?.use((socket, next) => {
      const { token }: { token?: unknown } = socket.handshake.auth;
      next(token === KEY ? undefined : new Error('Invalid credentials'));
    });
  }

  static async open(options: FakeOptions = {}): Promise<FakeDaytona> {
    const fake = new FakeDaytona(options);
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get origin(): string {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the fake does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  get apiUrl(): string {
    return `${this.origin}/api`;
  }

  get connectedSockets(): number {
    return this.#sockets?.engine.clientsCount ?? 0;
  }

  /** `route` is `METHOD /path` as the request has it, or a part of it. */
  inject(route: string, answer: Answer | 'reset', times = 1): void {
    this.#injections.push({ route, answer, times });
  }

  /** Puts a sandbox into a passing state, and out of it a moment later. */
  change(sandbox: FakeSandbox, state: string): void {
    this.#move(sandbox, state);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const to =
        sandbox.state === 'stopping' && sandbox.autoDeleteInterval === 0 ? 'destroyed' : settled[state];
      if (to === 'destroyed') this.sandboxes.delete(sandbox.id);
      this.#move(sandbox, to ?? state);
    }, this.options.changeMs);
    this.#timers.add(timer);
  }

  find(reference: string): FakeSandbox | undefined {
    return (
      this.sandboxes.get(reference) ?? [...this.sandboxes.values()].find(({ name }) => name === reference)
    );
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#sockets?.close();
    for (const client of this.#toolboxSockets.clients) client.terminate();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      if (this.#server.listening) this.#server.close(() => resolve());
      else resolve();
    });
  }

  #move(sandbox: FakeSandbox, newState: string): void {
    const oldState = sandbox.state;
    sandbox.state = newState;
    sandbox['updatedAt'] = new Date().toISOString();
    this.#sockets?.emit('sandbox.state.updated', { sandbox, oldState, newState });
  }

  #answerTo(request: FakeRequest): Answer | 'reset' {
    const line = `${request.method} ${request.path}`;
    const planned = this.#injections.find(({ route, times }) => times > 0 && line.includes(route));
    if (planned !== undefined) {
      planned.times -= 1;
      return planned.answer;
    }
    if (request.headers.authorization !== `Bearer ${KEY}` && request.path !== '/api/config')
      return problem(401, 'Invalid credentials');
    for (const { method, pattern, answer } of routes) {
      const match = method === request.method ? pattern.exec(request.path) : null;
      if (match !== null) return answer(this, request, match.slice(1).map(decodeURIComponent));
    }
    this.unknown.push(line);
    return problem(404, `Cannot ${line}`);
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const url = new URL(incoming.url ?? '/', this.origin);
    const body = Buffer.concat(chunks);
    const request: FakeRequest = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body,
      json: parse(body, incoming.headers['content-type']),
      headers: incoming.headers,
    };
    this.requests.push(`${request.method} ${request.path}`);
    this.bodies.push(body.toString('latin1'));
    const answer = this.#answerTo(request);
    if (answer === 'reset') {
      incoming.socket.destroy();
      return;
    }
    const json = answer.body === undefined ? '' : JSON.stringify(answer.body);
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'x-daytona-api-version': 'v0.190.0',
      ...answer.headers,
    });
    response.end(answer.raw ?? json);
  }
}

function parse(body: Buffer, type: string | undefined): Record<string, unknown> {
  if (type !== 'application/json' || body.length === 0) return {};
  const value: unknown = JSON.parse(body.toString('utf8'));
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

const reasons: Readonly<Record<number, string>> = { 400: 'Bad Request', 404: 'Not Found', 409: 'Conflict' };

/** The error envelope of the API. */
export const problem = (statusCode: number, message: string): Answer => ({
  status: statusCode,
  body: {
    path: '/api/x',
    timestamp: '2026-05-01T10:00:00.000Z',
    statusCode,
    error: reasons[statusCode] ?? 'Error',
    message,
  },
});
