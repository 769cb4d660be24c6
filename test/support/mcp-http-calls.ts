/** What tests of MCP over HTTP share: a server whose `sandbox_get` does what a test says, and requests as they go over the wire. */
import { onTestFinished } from 'vitest';
import type { CallContext } from '../../src/backend/port.ts';
import { deferred } from '../../src/engine/agent/deferred.ts';
import { fakeBackend } from './fake-backend.ts';
import { type McpHttpFixture, type McpHttpFixtureOptions, serveOnHttp } from './mcp-http-fixture.ts';
import { sandboxFixture } from './sandbox-fixture.ts';

/** `get` of the backend is what a test says. Closed with the test. */
export async function serveGet(
  get: (context: CallContext) => void | Promise<void> = () => {},
  options: McpHttpFixtureOptions = {},
): Promise<McpHttpFixture> {
  const { backend } = fakeBackend({
    lifecycle: {
      get: async (_sandbox, context) => {
        await get(context);
        return sandboxFixture();
      },
    },
  });
  const fixture = await serveOnHttp(backend, options);
  onTestFinished(() => fixture.close());
  return fixture;
}

/** A `get` that waits until it is aborted or let go. */
export function slowGet() {
  const began = deferred<void>();
  const aborted = deferred<void>();
  const release = deferred<void>();
  const get = async ({ signal }: CallContext): Promise<void> => {
    signal.addEventListener('abort', () => aborted.resolve());
    began.resolve();
    await Promise.race([release.promise, aborted.promise]);
  };
  return { get, began: began.promise, aborted: aborted.promise, release: () => release.resolve() };
}

export const getBox = { name: 'sandbox_get', arguments: { sandbox: 'box' } };
export const modernGet = { method: 'tools/call', params: getBox };

/** A POST of the older era as it goes over the wire. */
export function post(fixture: McpHttpFixture, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return fetch(fixture.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${fixture.key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};
