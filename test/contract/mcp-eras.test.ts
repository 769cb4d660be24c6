/** Both protocol eras on one connection of lines, as a client that tries the new one first uses it. */
import { afterEach, expect, it } from 'vitest';
import { deferred } from '../../src/engine/agent/deferred.ts';
import { tools } from '../../tools/index.ts';
import { fakeBackend } from '../support/fake-backend.ts';
import { type McpFixture, serveOnSocket } from '../support/mcp-fixture.ts';
import { MODERN, modernMeta } from '../support/mcp-http-fixture.ts';
import { connectRaw, initializeRequest, type RawConnection } from '../support/raw-connection.ts';
import { sandboxFixture } from '../support/sandbox-fixture.ts';

let fixture: McpFixture;
afterEach(() => fixture.close());

const quick = fakeBackend({
  lifecycle: {
    get: async (_sandbox, { progress }) => {
      progress?.('half way');
      return sandboxFixture();
    },
  },
});

const modern = (
  id: number,
  method: string,
  params: object = {},
  meta: Record<string, unknown> = {},
): object => ({
  jsonrpc: '2.0',
  id,
  method,
  params: { ...params, _meta: modernMeta(meta) },
});
const getBox = { name: 'sandbox_get', arguments: { sandbox: 'box' } };

async function ask(raw: RawConnection, message: object): Promise<Record<string, unknown>> {
  raw.send(message);
  return await raw.next();
}

it('serves 2026-07-28 without a handshake, several messages at once in their order', async () => {
  fixture = await serveOnSocket(quick.backend);
  const raw = await connectRaw(fixture.path);
  raw.send(modern(1, 'server/discover'));
  raw.send(modern(2, 'tools/list'));
  raw.send(modern(3, 'tools/call', getBox, { progressToken: 7 }));
  expect(await raw.next()).toMatchObject({
    id: 1,
    result: { supportedVersions: [MODERN], resultType: 'complete' },
  });
  const listed = await raw.next();
  expect(listed).toMatchObject({ id: 2, result: { ttlMs: 300_000, cacheScope: 'private' } });
  expect(JSON.stringify(listed).match(/"inputSchema"/g)).toHaveLength(tools.length);
  expect(await raw.next()).toMatchObject({ params: { progressToken: 7, message: 'half way' } });
  expect(await raw.next()).toMatchObject({ id: 3, result: { structuredContent: { state: 'started' } } });
  expect(await ask(raw, modern(4, 'tools/call', { name: 'nope' }))).toMatchObject({
    id: 4,
    error: { code: -32_602 },
  });
  expect(await ask(raw, modern(5, 'ping'))).toMatchObject({ id: 5, error: { code: -32_601 } });
  expect(fixture.connections.size).toBe(1);
  raw.socket.end();
  await raw.closed;
  await expect.poll(() => fixture.connections.size).toBe(0);
});

it('goes on in the older era with a client that asked in the new one first', async () => {
  fixture = await serveOnSocket(quick.backend);
  const raw = await connectRaw(fixture.path);
  expect(await ask(raw, modern(1, 'server/discover'))).toMatchObject({
    id: 1,
    result: { resultType: 'complete' },
  });
  const opened = await ask(raw, initializeRequest(2));
  expect(opened).toMatchObject({ id: 2, result: { protocolVersion: '2025-11-25' } });
  const called = await ask(raw, { jsonrpc: '2.0', id: 3, method: 'tools/call', params: getBox });
  expect(called).toMatchObject({ id: 3, result: { structuredContent: { state: 'started' } } });
  expect(JSON.stringify(called)).not.toContain('resultType');
  raw.socket.destroy();
});

it('refuses a revision that nobody knows, and goes on', async () => {
  fixture = await serveOnSocket(quick.backend);
  const raw = await connectRaw(fixture.path);
  const later = { 'io.modelcontextprotocol/protocolVersion': '2031-01-01' };
  expect(await ask(raw, modern(1, 'tools/list', {}, later))).toMatchObject({
    id: 1,
    error: { code: -32_022 },
  });
  expect(await ask(raw, modern(2, 'server/discover'))).toMatchObject({ id: 2, result: {} });
  raw.socket.destroy();
});

it('passes a cancellation to the era of its request', async () => {
  const began = deferred<void>();
  const aborted = deferred<void>();
  const { backend } = fakeBackend({
    lifecycle: {
      get: async (_sandbox, { signal }) => {
        signal.addEventListener('abort', () => aborted.resolve());
        began.resolve();
        await aborted.promise;
        return sandboxFixture();
      },
    },
  });
  fixture = await serveOnSocket(backend);
  const raw = await connectRaw(fixture.path);
  raw.send(modern(1, 'tools/call', getBox));
  await began.promise;
  await ask(raw, initializeRequest(2));
  raw.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1, reason: 'enough' } });
  await aborted.promise;
  raw.socket.destroy();
});
