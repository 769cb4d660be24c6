/** The REST surface on a listener of its own, over any backend, with keys that the test asks for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '../../src/backend/port.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { makeAuthenticator } from '../../src/http/authenticate.ts';
import { type HttpListener, openHttpListener } from '../../src/http/listener.ts';
import { FailedAttempts } from '../../src/keys/failed-attempts.ts';
import { KeyBook, type KeyRequest } from '../../src/keys/key-book.ts';
import { silentLogger } from '../../src/log.ts';
import { restService } from '../../src/rest/service.ts';

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Null when the answer is no JSON. */
  readonly body: unknown;
}

export interface RestServer {
  readonly port: number;
  readonly url: string;
  readonly keys: KeyBook;
  /** Of the key with all permissions, in the owner's own organization. */
  readonly key: string;
  makeKey(request: KeyRequest): string;
  /** `route` as in `POST /sandbox`; with the first key unless told otherwise. */
  call(route: string, options?: CallOptions): Promise<RestAnswer>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Null for none. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export async function openRestServer(
  backend: () => Backend | Promise<Backend>,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<RestServer> {
  const stateDir = mkdtempSync(join(tmpdir(), 'thaw-rest-'));
  const keys = new KeyBook(stateDir, clock);
  const key = keys.create({ name: 'all' }).value;
  const authenticator = makeAuthenticator({ keys, attempts: new FailedAttempts(clock) });
  const log = silentLogger();
  let listener: HttpListener | null = null;
  const service = restService({
    clock,
    log,
    authenticator,
    keys,
    backend: async () => await backend(),
    url: () => listener?.url ?? '',
    startedAt: '2026-01-01T00:00:00.000Z',
    defaultSnapshot: 'default',
    previewTemplate: () => 'http://{{PORT}}-{{sandboxId}}.localhost:4480',
  });
  const opened = await openHttpListener({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    allowedOrigins: [],
    services: [service],
    log,
  });
  listener = opened;
  return {
    port: opened.port,
    url: opened.url,
    keys,
    key,
    makeKey: (request) => keys.create(request).value,
    async call(route, { body, key: shown = key, headers = {} } = {}) {
      const [method = '', path = ''] = route.split(/ (.*)/s);
      const response = await fetch(`${opened.url}/api${path}`, {
        method,
        headers: {
          ...(shown === null ? {} : { authorization: `Bearer ${shown}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: parse(text) };
    },
    async close() {
      await opened.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
