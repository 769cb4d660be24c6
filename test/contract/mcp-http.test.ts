/** MCP over HTTP in both protocol eras, as clients see it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallContext } from '../../src/backend/port.ts';
import { deferred } from '../../src/engine/agent/deferred.ts';
import { version } from '../../src/version.ts';
import { tools } from '../../tools/index.ts';
import { fakeBackend } from '../support/fake-backend.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { call } from '../support/mcp-client.ts';
import {
  callModern,
  connectHttpClient,
  fetchModern,
  type McpHttpFixture,
  type McpHttpFixtureOptions,
  MODERN,
  type Reply,
  readReplies,
  serveOnHttp,
} from '../support/mcp-http-fixture.ts';
import { sandboxFixture } from '../support/sandbox-fixture.ts';

const open = new Set<McpHttpFixture>();
afterEach(async () => {
  await Promise.all([...open].map((fixture) => fixture.close()));
  open.clear();
});

/** `get` of the backend is what a test says. */
async function serve(
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
  open.add(fixture);
  return fixture;
}

/** A `get` that waits until it is aborted or let go. */
function slow() {
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

const getBox = { name: 'sandbox_get', arguments: { sandbox: 'box' } };
const modernGet = { method: 'tools/call', params: getBox };

/** A POST of the older era as it goes over the wire. */
function post(fixture: McpHttpFixture, body: unknown, headers: Readonly<Record<string, string>> = {}) {
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

/** The first message of a stream, which may stay open behind it. */
async function firstReply(response: Response): Promise<Reply | undefined> {
  let text = '';
  if (response.body === null) return undefined;
  for await (const part of response.body) {
    text += Buffer.from(part).toString();
    const [reply] = readReplies('text/event-stream', text);
    if (reply !== undefined) return reply;
  }
  return undefined;
}

const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};

describe('revisions up to 2025-11-25', () => {
  it('lists, calls and tells progress in a session, and ends it with DELETE', async () => {
    const fixture = await serve(async ({ progress, organizationId }) => {
      progress?.(`for ${organizationId ?? 'the owner'}`);
      // The SDK's client drops progress that comes in one read with the result.
      await sleep(20);
    });
    const { client, transport } = await connectHttpClient(fixture.url, fixture.key);
    expect(client.getServerVersion()).toMatchObject({ name: 'thaw', version });
    expect((await client.listTools()).tools).toHaveLength(tools.length);
    const messages: (string | undefined)[] = [];
    const result = await client.callTool(getBox, undefined, {
      onprogress: ({ message }) => messages.push(message),
    });
    expect(result.structuredContent).toMatchObject({ name: sandboxFixture().name });
    expect(messages).toEqual(['for the owner']);
    expect((await call(client, 'sandbox_get')).text).toMatch(/^invalid_argument: "sandbox" is required/);
    await expect(client.callTool({ name: 'sandbox_got' })).rejects.toThrow('Did you mean "sandbox_get"?');
    expect(fixture.service.sessions).toBe(1);
    expect(fixture.connections.clients()).toMatchObject([{ name: 'thaw-test' }]);
    await transport.terminateSession();
    expect(fixture.service.sessions).toBe(0);
    expect(fixture.connections.size).toBe(0);
    await client.close();
  });

  it('answers in JSON to a client that reads nothing else', async () => {
    const fixture = await serve();
    const json = { accept: 'application/json' };
    const first = await post(fixture, initialize, json);
    expect(first.headers.get('content-type')).toBe('application/json');
    const session = { ...json, 'mcp-session-id': first.headers.get('mcp-session-id') ?? '' };
    const second = await post(
      fixture,
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: getBox },
      session,
    );
    expect(await second.json()).toMatchObject({ id: 1, result: { structuredContent: { state: 'started' } } });
  });

  it('works on when the client disconnects, and gives it the answer when it asks for the rest', async () => {
    const work = slow();
    const fixture = await serve(work.get);
    const first = await post(fixture, initialize);
    const headers = {
      'mcp-session-id': first.headers.get('mcp-session-id') ?? '',
      'mcp-protocol-version': '2025-11-25',
    };
    const started = await post(
      fixture,
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: getBox },
      headers,
    );
    const reader = started.body?.getReader();
    const opening = Buffer.from((await reader?.read())?.value ?? []).toString();
    const id = /^id: (.+)$/m.exec(opening)?.[1] ?? '';
    expect(opening).toContain('retry: 1000');
    await work.began;
    await reader?.cancel();
    const resume = async (lastId: string) =>
      await fetch(fixture.url, {
        headers: {
          authorization: `Bearer ${fixture.key}`,
          accept: 'text/event-stream',
          'last-event-id': lastId,
          ...headers,
        },
      });
    expect((await resume('1-nothing')).status).toBe(400);
    let resumed = await resume(id);
    // Until the server has seen that the first connection is gone.
    while (resumed.status === 409) resumed = await resume(id);
    work.release();
    const answer = { id: 1, result: { structuredContent: { state: 'started' } } };
    expect(await firstReply(resumed)).toMatchObject(answer);
    expect(await firstReply(await resume(id))).toMatchObject(answer);
  });

  it('stops a call that the client cancels', async () => {
    const work = slow();
    const fixture = await serve(work.get);
    const { client } = await connectHttpClient(fixture.url, fixture.key);
    const cancel = new AbortController();
    const called = client.callTool(getBox, undefined, { signal: cancel.signal });
    await work.began;
    cancel.abort();
    await expect(called).rejects.toThrow();
    await work.aborted;
    await client.close();
  });

  it('ends sessions that nobody uses, and the one unused for longest when there are too many', async () => {
    const clock = new ManualClock();
    const fixture = await serve(undefined, { clock, maxSessions: 2, sessionIdleMs: 60_000 });
    const begin = async () => (await post(fixture, initialize)).headers.get('mcp-session-id') ?? '';
    const ping = async (id: string) => {
      const answer = await post(fixture, { jsonrpc: '2.0', id: 1, method: 'ping' }, { 'mcp-session-id': id });
      await answer.text();
      return answer.status;
    };
    const first = await begin();
    clock.advance(1_000);
    const second = await begin();
    clock.advance(1_000);
    expect(await ping(first)).toBe(200);
    clock.advance(1_000);
    const third = await begin();
    expect(await Promise.all([first, third].map(ping))).toEqual([200, 200]);
    expect(await ping(second)).toBe(404);
    clock.advance(80_000);
    await expect.poll(() => [fixture.service.sessions, fixture.connections.size]).toEqual([0, 0]);
    expect(await ping(first)).toBe(404);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('revision 2026-07-28', () => {
  it('discovers, lists and calls without a session', async () => {
    const fixture = await serve();
    const [discovered] = await callModern(fixture.url, fixture.key, { method: 'server/discover' });
    expect(discovered?.result).toMatchObject({
      supportedVersions: [MODERN],
      capabilities: { tools: {} },
      cacheScope: 'private',
      ttlMs: 300_000,
    });
    const [listed] = await callModern(fixture.url, fixture.key, { method: 'tools/list' });
    expect(listed?.result).toMatchObject({ resultType: 'complete', ttlMs: 300_000, cacheScope: 'private' });
    expect(listed?.result?.['tools']).toHaveLength(tools.length);
    const response = await fetchModern(fixture.url, fixture.key, modernGet);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('mcp-session-id')).toBeNull();
    expect(await response.json()).toMatchObject({ result: { structuredContent: { state: 'started' } } });
    const [unknown] = await callModern(fixture.url, fixture.key, {
      method: 'tools/call',
      params: { name: 'sandbox_got' },
    });
    expect(unknown?.error).toMatchObject({
      code: -32_602,
      message: expect.stringContaining('"sandbox_get"'),
    });
    expect([fixture.service.sessions, fixture.connections.size]).toEqual([0, 0]);
  });

  it('tells progress in a stream', async () => {
    const fixture = await serve(({ progress }) => progress?.('half way'));
    const replies = await callModern(fixture.url, fixture.key, {
      ...modernGet,
      meta: { progressToken: 'p' },
    });
    expect(replies).toMatchObject([
      { method: 'notifications/progress', params: { progressToken: 'p', progress: 1, message: 'half way' } },
      { result: { structuredContent: { state: 'started' } } },
    ]);
  });

  it('stops a call whose client disconnects', async () => {
    const work = slow();
    const fixture = await serve(work.get);
    const cancel = new AbortController();
    const called = fetchModern(fixture.url, fixture.key, { ...modernGet, signal: cancel.signal });
    await work.began;
    cancel.abort();
    await expect(called).rejects.toThrow();
    await work.aborted;
  });

  it('refuses headers that say something else than the body, unknown revisions, and GET', async () => {
    const fixture = await serve();
    const mismatch = await fetchModern(fixture.url, fixture.key, {
      ...modernGet,
      headers: { 'mcp-name': 'sandbox_delete' },
    });
    expect(mismatch.status).toBe(400);
    expect(await mismatch.json()).toMatchObject({ error: { code: -32_020 } });
    const later = await fetchModern(fixture.url, fixture.key, {
      ...modernGet,
      meta: { 'io.modelcontextprotocol/protocolVersion': '2031-01-01' },
      headers: { 'mcp-protocol-version': '2031-01-01' },
    });
    expect(later.status).toBe(400);
    expect(await later.json()).toMatchObject({ error: { code: -32_022, data: { supported: [MODERN] } } });
    const headers = { authorization: `Bearer ${fixture.key}`, 'mcp-protocol-version': MODERN };
    expect((await fetch(fixture.url, { headers })).status).toBe(405);
  });
});

describe('who is let in', () => {
  it('nobody without a valid key, in either era, and nobody by a token in the URL', async () => {
    const fixture = await serve();
    const wrong = `dtn_${'0'.repeat(64)}`;
    for (const key of ['', 'nonsense', wrong]) {
      const legacy = await post(fixture, initialize, { authorization: `Bearer ${key}` });
      expect([legacy.status, legacy.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringMatching(/^Bearer/),
      ]);
      expect(await legacy.json()).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32_000 } });
      expect((await fetchModern(fixture.url, key, modernGet)).status).toBe(401);
    }
    for (const name of ['access_token', 'token', 'api_key', 'apiKey']) {
      const url = new URL(`?${name}=${fixture.key}`, fixture.url);
      expect((await fetch(url, { method: 'POST' })).status).toBe(400);
      expect((await fetchModern(url, fixture.key, modernGet)).status).toBe(400);
    }
    expect(fixture.service.sessions).toBe(0);
  });

  it('a key with its own sessions alone', async () => {
    const fixture = await serve();
    const other = fixture.keys.create({ name: 'other' }).value;
    const id = (await post(fixture, initialize)).headers.get('mcp-session-id') ?? '';
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    const as = (key: string) => ({ 'mcp-session-id': id, authorization: `Bearer ${key}` });
    expect((await post(fixture, ping, as(other))).status).toBe(404);
    expect((await fetch(fixture.url, { method: 'DELETE', headers: as(other) })).status).toBe(404);
    expect(
      (await fetch(fixture.url, { headers: { ...as(other), accept: 'text/event-stream' } })).status,
    ).toBe(404);
    expect((await post(fixture, ping, as(fixture.key))).status).toBe(200);
    fixture.keys.revoke('test');
    expect((await post(fixture, ping, as(fixture.key))).status).toBe(401);
  });

  it('a tenant, as one', async () => {
    const seen: (string | undefined)[] = [];
    const fixture = await serve(({ organizationId }) => void seen.push(organizationId));
    const key = fixture.keys.create({ name: 'blue', organization: 'blue' }).value;
    const organizationId = fixture.keys.find(key)?.organizationId;
    await callModern(fixture.url, key, modernGet);
    const { client } = await connectHttpClient(fixture.url, key);
    await client.callTool(getBox);
    await client.close();
    await callModern(fixture.url, fixture.key, modernGet);
    expect(seen).toEqual([organizationId, organizationId, undefined]);
  });

  it('with a session id that the server chose, never one of the client (fixation)', async () => {
    const fixture = await serve();
    const chosen = 'c0ffee00-0000-4000-8000-000000000000';
    expect((await post(fixture, initialize, { 'mcp-session-id': chosen })).status).toBe(404);
    const given = (await post(fixture, initialize)).headers.get('mcp-session-id');
    expect(given).not.toBe(chosen);
    expect((await post(fixture, { jsonrpc: '2.0', id: 1, method: 'ping' })).status).toBe(400);
    expect(fixture.service.sessions).toBe(1);
  });
});

describe('web pages', () => {
  it('of a configured origin may call, after their browser has asked; others get nothing', async () => {
    const origin = 'https://app.example.com';
    const fixture = await serve(undefined, { allowedOrigins: [origin] });
    const ask = { origin, 'access-control-request-method': 'POST' };
    const asked = await fetch(fixture.url, { method: 'OPTIONS', headers: ask });
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    expect(asked.headers.get('access-control-allow-headers')).toContain('mcp-session-id');
    for (const response of [
      await post(fixture, initialize, { origin }),
      await fetchModern(fixture.url, fixture.key, { ...modernGet, headers: { origin } }),
    ]) {
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    }
    const foreign = { ...ask, origin: 'https://evil.example' };
    const refused = await fetch(fixture.url, { method: 'OPTIONS', headers: foreign });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });
});

describe('a request that makes no sense', () => {
  it('is refused before anything is done', async () => {
    const fixture = await serve(undefined, { bodyMs: 200 });
    expect((await post(fixture, '{"jsonrpc":')).status).toBe(400);
    expect((await post(fixture, 'null')).status).toBe(400);
    expect((await post(fixture, [initialize, initialize])).status).toBe(400);
    expect((await post(fixture, initialize, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await fetch(fixture.url, { method: 'PUT' })).status).toBe(405);
    expect((await post(fixture, initialize, { origin: 'http://evil.example' })).status).toBe(403);
    const id = (await post(fixture, initialize)).headers.get('mcp-session-id') ?? '';
    const headers = { 'mcp-session-id': id, 'mcp-protocol-version': '1999-01-01' };
    expect((await post(fixture, { jsonrpc: '2.0', id: 1, method: 'ping' }, headers)).status).toBe(400);
    const large = `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"${'x'.repeat(33 * 1024 * 1024)}"}}`;
    expect((await post(fixture, large)).status).toBe(413);
    expect(fixture.service.sessions).toBe(1);
  });
});

describe('fifty clients that come and die at random', () => {
  it('leave nothing, in either era', async () => {
    const clock = new ManualClock();
    const running = new Set<CallContext>();
    const release = deferred<void>();
    const fixture = await serve(
      async (context) => {
        running.add(context);
        const aborted = new Promise<void>((resolve) => {
          context.signal.addEventListener('abort', () => resolve());
        });
        await Promise.race([release.promise, aborted]);
        running.delete(context);
      },
      { clock, sessionIdleMs: 60_000 },
    );
    const die = async (client: number): Promise<void> => {
      const gone = new AbortController();
      // Before it is answered, in the middle of a call, or after some.
      const steps = client % 5;
      const body = (method: string, params: object) =>
        JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const headers = {
        authorization: `Bearer ${fixture.key}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      };
      if (client % 2 === 0) {
        const called = fetchModern(fixture.url, fixture.key, { ...modernGet, signal: gone.signal });
        if (steps > 1) await sleep(steps * 5);
        gone.abort();
        await called.catch(() => {});
        return;
      }
      const opened = fetch(fixture.url, {
        method: 'POST',
        headers,
        signal: gone.signal,
        body: body('initialize', initialize.params),
      });
      if (steps === 0) {
        gone.abort();
        await opened.catch(() => {});
        return;
      }
      const session = (await opened).headers.get('mcp-session-id') ?? '';
      const called = fetch(fixture.url, {
        method: 'POST',
        headers: { ...headers, 'mcp-session-id': session },
        signal: gone.signal,
        body: body('tools/call', getBox),
      });
      await sleep(steps * 5);
      gone.abort();
      await called.catch(() => {});
    };
    await Promise.all(Array.from({ length: 50 }, (_none, client) => die(client)));
    // What the older era goes on with for clients that are gone ends as well.
    release.resolve();
    await expect.poll(() => running.size).toBe(0);
    await expect.poll(() => fixture.listener.connections, { timeout: 10_000 }).toBeLessThanOrEqual(50);
    for (let sweep = 0; sweep < 8; sweep += 1) clock.advance(15_000);
    await expect.poll(() => [fixture.service.sessions, fixture.connections.size]).toEqual([0, 0]);
    expect(clock.pendingTimers).toBe(0);
    expect((await fetchModern(fixture.url, fixture.key, modernGet)).status).toBe(200);
  });
});
