/** MCP over HTTP without sessions, as clients of 2026-07-28 see it. */
import { describe, expect, it } from 'vitest';
import { tools } from '../../../tools/index.ts';
import { modernGet, serveGet, slowGet } from '../../support/mcp-http-calls.ts';
import { callModern, fetchModern, MODERN } from '../../support/mcp-http-fixture.ts';

describe('revision 2026-07-28', () => {
  it('discovers, lists and calls without a session', async () => {
    const fixture = await serveGet();
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
    const fixture = await serveGet(({ progress }) => progress?.('half way'));
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
    const work = slowGet();
    const fixture = await serveGet(work.get);
    const cancel = new AbortController();
    const called = fetchModern(fixture.url, fixture.key, { ...modernGet, signal: cancel.signal });
    await work.began;
    cancel.abort();
    await expect(called).rejects.toThrow();
    await work.aborted;
  });

  it('refuses headers that say something else than the body, unknown revisions, and GET', async () => {
    const fixture = await serveGet();
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
