/** In which form the answers of an HTTP session come: as JSON when they are there at once, else in a stream of events. */
import { afterEach, describe, expect, it } from 'vitest';
import type { CallContext } from '../../src/backend/port.ts';
import { deferred } from '../../src/engine/agent/deferred.ts';
import { fakeBackend } from '../support/fake-backend.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type McpHttpFixture, readReplies, serveOnHttp } from '../support/mcp-http-fixture.ts';
import { sandboxFixture } from '../support/sandbox-fixture.ts';

const JSON_FIRST = 'application/json, text/event-stream';
const STREAM_FIRST = 'text/event-stream, application/json';

let fixture: McpHttpFixture | null = null;
afterEach(async () => {
  await fixture?.close();
  fixture = null;
});

/** A session whose `sandbox_get` does what a test says. */
async function session(get: (context: CallContext) => void | Promise<void> = () => {}) {
  const clock = new ManualClock();
  const { backend } = fakeBackend({
    lifecycle: {
      get: async (_sandbox, context) => {
        await get(context);
        return sandboxFixture();
      },
    },
  });
  fixture = await serveOnHttp(backend, { clock });
  const { url, key } = fixture;
  const post = (message: object, headers: Readonly<Record<string, string>> = {}) =>
    fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        accept: JSON_FIRST,
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    });
  const clientInfo = { name: 'raw', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const opened = await post({ id: 0, method: 'initialize', params });
  await opened.text();
  const own = {
    'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
    'mcp-protocol-version': '2025-11-25',
  };
  return {
    clock,
    id: own['mcp-session-id'],
    post: (message: object, headers: Readonly<Record<string, string>> = {}) =>
      post(message, { ...own, ...headers }),
    end: () => fetch(url, { method: 'DELETE', headers: { authorization: `Bearer ${key}`, ...own } }),
  };
}

const get = (id: number, more: object = {}) => ({
  id,
  method: 'tools/call',
  params: { name: 'sandbox_get', arguments: { sandbox: 'box' }, ...more },
});
const withProgress = { _meta: { progressToken: 'p' } };
const started = { result: { structuredContent: { state: 'started' } } };

async function streamed(response: Response): Promise<unknown[]> {
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  return readReplies('text/event-stream', await response.text());
}

describe('answers of a session', () => {
  it('are JSON with the session when they are there at once', async () => {
    const { post, id, clock } = await session();
    const response = await post(get(1));
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('mcp-session-id')).toBe(id);
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', id: 1, ...started });
    const failed = await post({ id: 2, method: 'no/such/method' });
    expect(await failed.json()).toMatchObject({ id: 2, error: { code: -32_601 } });
    // The sweep of unused sessions alone.
    expect(clock.pendingTimers).toBe(1);
  });

  it('are a stream for a client that names it first, and refused for a revision that is unknown', async () => {
    const { post } = await session();
    expect(await streamed(await post(get(1), { accept: STREAM_FIRST }))).toMatchObject([
      { id: 1, ...started },
    ]);
    expect((await post(get(2), { 'mcp-protocol-version': '1999-01-01' })).status).toBe(400);
  });

  it('come in a stream when they take long, and only once', async () => {
    const [began, release] = [deferred<void>(), deferred<void>()];
    let calls = 0;
    const { post, clock } = await session(async () => {
      calls += 1;
      began.resolve();
      await release.promise;
    });
    const asked = post(get(1));
    await began.promise;
    clock.advance(50);
    const response = await asked;
    release.resolve();
    expect(await streamed(response)).toMatchObject([{ id: 1, ...started }]);
    expect(calls).toBe(1);
  });

  it('come in a stream behind what is said before them, in its order', async () => {
    const { post } = await session(async ({ progress }) => {
      progress?.('halfway');
      await Promise.resolve();
    });
    expect(await streamed(await post(get(1, withProgress)))).toMatchObject([
      { method: 'notifications/progress', params: { progressToken: 'p', message: 'halfway' } },
      { id: 1, ...started },
    ]);
  });

  it('of several requests at once reach each its own', async () => {
    const { post } = await session();
    const ids = Array.from({ length: 20 }, (_, at) => at + 1);
    const answers = await Promise.all(
      ids.map(async (id): Promise<unknown> => {
        const [first] = readReplies('application/json', await (await post(get(id))).text());
        return first;
      }),
    );
    expect(answers).toMatchObject(ids.map((id) => ({ id })));
  });

  it('of a client that went away are dropped, and the session goes on', async () => {
    const [began, release, finished] = [deferred<void>(), deferred<void>(), deferred<void>()];
    const { post, clock } = await session(async () => {
      began.resolve();
      await release.promise;
      finished.resolve();
    });
    const call = post(get(1));
    await began.promise;
    clock.advance(50);
    await (await call).body?.cancel();
    release.resolve();
    await finished.promise;
    expect(await (await post(get(2))).json()).toMatchObject({ id: 2, ...started });
  });

  it('end with the session', async () => {
    const began = deferred<void>();
    const { post, end } = await session(async ({ signal }) => {
      began.resolve();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    });
    const asked = post(get(1));
    await began.promise;
    expect((await end()).status).toBe(200);
    await expect(asked).rejects.toThrow();
    expect(fixture?.service.sessions).toBe(0);
  });
});
