/** Who and what is let in to MCP over HTTP, in both eras: keys, sessions, web pages, and requests that make sense. */
import { describe, expect, it } from 'vitest';
import { getBox, initialize, modernGet, post, serveGet } from '../../support/mcp-http-calls.ts';
import { callModern, connectHttpClient, fetchModern } from '../../support/mcp-http-fixture.ts';

describe('who is let in', () => {
  it('nobody without a valid key, in either era, and nobody by a token in the URL', async () => {
    const fixture = await serveGet();
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
    const fixture = await serveGet();
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
    const fixture = await serveGet(({ organizationId }) => void seen.push(organizationId));
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
    const fixture = await serveGet();
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
    const fixture = await serveGet(undefined, { allowedOrigins: [origin] });
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
    const fixture = await serveGet(undefined, { bodyMs: 200 });
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
