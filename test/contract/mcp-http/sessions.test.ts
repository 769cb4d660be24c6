/** MCP over HTTP in sessions, as clients of revisions up to 2025-11-25 see it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { version } from '../../../src/version.ts';
import { tools } from '../../../tools/index.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { call } from '../../support/mcp-client.ts';
import { getBox, initialize, post, serveGet, slowGet } from '../../support/mcp-http-calls.ts';
import { connectHttpClient, type Reply, readReplies } from '../../support/mcp-http-fixture.ts';
import { sandboxFixture } from '../../support/sandbox-fixture.ts';

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

describe('revisions up to 2025-11-25', () => {
  it('lists, calls and tells progress in a session, and ends it with DELETE', async () => {
    const fixture = await serveGet(async ({ progress, organizationId }) => {
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
    const fixture = await serveGet();
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
    const work = slowGet();
    const fixture = await serveGet(work.get);
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
    const work = slowGet();
    const fixture = await serveGet(work.get);
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
    const fixture = await serveGet(undefined, { clock, maxSessions: 2, sessionIdleMs: 60_000 });
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
