/** What clients of MCP over HTTP leave behind that come and die at random: nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../../src/backend/port.ts';
import { deferred } from '../../../src/engine/agent/deferred.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { getBox, initialize, modernGet, serveGet } from '../../support/mcp-http-calls.ts';
import { fetchModern } from '../../support/mcp-http-fixture.ts';

describe('fifty clients that come and die at random', () => {
  it('leave nothing, in either era', async () => {
    const clock = new ManualClock();
    const running = new Set<CallContext>();
    const release = deferred<void>();
    const fixture = await serveGet(
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
