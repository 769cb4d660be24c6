/** MCP over HTTP inside the test's own process, with any backend, and clients of both eras for it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { z } from 'zod';
import type { Backend } from '../../src/backend/port.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { makeAuthenticator } from '../../src/http/authenticate.ts';
import { type HttpListener, openHttpListener } from '../../src/http/listener.ts';
import type { Authenticator, HttpService } from '../../src/http/service.ts';
import { FailedAttempts } from '../../src/keys/failed-attempts.ts';
import { KeyBook } from '../../src/keys/key-book.ts';
import { silentLogger } from '../../src/log.ts';
import type { BackendSource } from '../../src/server/call-tool.ts';
import { buildCatalogue } from '../../src/server/catalogue.ts';
import { Connections } from '../../src/server/connections.ts';
import { type McpHttpOptions, type McpHttpService, makeMcpService } from '../../src/server/http/service.ts';
import type { TaskBook } from '../../src/server/tasks/task-book.ts';
import type { Tool } from '../../tools/define-tool.ts';
import { tools } from '../../tools/index.ts';

export interface McpHttpFixture {
  readonly listener: HttpListener;
  readonly service: McpHttpService;
  readonly connections: Connections;
  readonly keys: KeyBook;
  /** Of the key `test`. */
  readonly key: string;
  readonly url: URL;
  close(): Promise<void>;
}

export interface McpHttpFixtureOptions extends Partial<McpHttpOptions> {
  readonly tools?: readonly Tool[];
  readonly clock?: Clock;
  readonly allowedOrigins?: readonly string[];
  readonly tasks?: TaskBook;
  /** Served beside MCP, to the holders of the same keys. */
  readonly beside?: (authenticator: Authenticator) => HttpService;
}

export async function serveOnHttp(
  backend: Backend | BackendSource,
  {
    tools: chosen = tools,
    clock = systemClock,
    allowedOrigins = [],
    beside,
    tasks,
    ...more
  }: McpHttpFixtureOptions = {},
): Promise<McpHttpFixture> {
  const directory = mkdtempSync(join(tmpdir(), 'thaw-mcp-http-'));
  const log = silentLogger();
  const keys = new KeyBook(directory, clock);
  const key = keys.create({ name: 'test' }).value;
  const catalogue = buildCatalogue(chosen);
  const dependencies = {
    backend: typeof backend === 'function' ? backend : () => Promise.resolve(backend),
    clock,
    log,
    ...(tasks === undefined ? {} : { tasks }),
  };
  const connections = new Connections({ catalogue, ...dependencies });
  const authenticator = makeAuthenticator({ keys, attempts: new FailedAttempts(clock) });
  const service = makeMcpService({
    authenticator,
    connections,
    dependencies,
    catalogueFor: () => catalogue,
    clock,
    maxSessions: 64,
    ...more,
  });
  const listener = await openHttpListener({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    allowedOrigins,
    services: beside === undefined ? [service] : [service, beside(authenticator)],
    log,
  });
  return {
    listener,
    service,
    connections,
    keys,
    key,
    url: new URL(`${listener.url}/mcp`),
    close: async () => {
      await listener.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export interface HttpClient {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
}

/** The SDK's own client for revisions up to 2025-11-25. */
export async function connectHttpClient(url: URL, key: string): Promise<HttpClient> {
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  });
  const client = new Client({ name: 'thaw-test', version: '1.0.0' });
  await client.connect(transport);
  return { client, transport };
}

const Reply = z.looseObject({
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.looseObject({ code: z.number(), message: z.string() }).optional(),
});
export type Reply = z.output<typeof Reply>;

/** The messages of a JSON or SSE answer, in their order. */
export function readReplies(contentType: string | null, text: string): Reply[] {
  if (contentType?.startsWith('text/event-stream') !== true) return [Reply.parse(JSON.parse(text))];
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line.length > 'data: '.length)
    .map((line) => Reply.parse(JSON.parse(line.slice('data: '.length))));
}

export const MODERN = '2026-07-28';

/** The `_meta` that every request of 2026-07-28 carries. */
export const modernMeta = (more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'thaw-test', version: '1.0.0' },
  ...more,
});

export interface ModernCall {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A request of 2026-07-28 by plain HTTP. */
export function fetchModern(url: URL, key: string, call: ModernCall): Promise<Response> {
  const { method, params = {}, meta = {}, headers = {}, signal = null } = call;
  const name: Record<string, string> =
    typeof params['name'] === 'string' ? { 'mcp-name': params['name'] } : {};
  return fetch(url, {
    method: 'POST',
    signal,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': MODERN,
      'mcp-method': method,
      ...name,
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: modernMeta(meta) } }),
  });
}

/** Its messages; the last one is the answer. */
export async function callModern(url: URL, key: string, call: ModernCall): Promise<Reply[]> {
  const response = await fetchModern(url, key, call);
  return readReplies(response.headers.get('content-type'), await response.text());
}
