/** Which messages are answered in front of the SDK's server, and which reach it. */
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { deferred } from '../../../src/engine/agent/deferred.ts';
import { type AnswerCall, DirectCalls } from '../../../src/server/direct-calls.ts';
import { UnknownToolError } from '../../../src/server/tool-request.ts';

const done = { content: [{ type: 'text' as const, text: 'done' }] };

/** A transport whose both ends the test holds. */
async function open(answer: AnswerCall = async () => done) {
  const sent: JSONRPCMessage[] = [];
  const passed: JSONRPCMessage[] = [];
  const inner: ConstructorParameters<typeof DirectCalls>[0] = {
    start: async () => {},
    close: async () => inner.onclose?.(),
    send: async (message) => void sent.push(message),
  };
  const direct = new DirectCalls(inner, answer);
  direct.onmessage = (message) => passed.push(message);
  await direct.start();
  const receive = (message: object): void =>
    inner.onmessage?.(JSONRPCMessageSchema.parse({ jsonrpc: '2.0', ...message }));
  const call = (id: number | string, params: object = { name: 'tool' }): void =>
    receive({ id, method: 'tools/call', params });
  return { direct, sent, passed, receive, call };
}

describe('direct calls', () => {
  it('answer a plain call, with its progress before it', async () => {
    const { sent, passed, call } = await open(async (request) => {
      const { progressToken } = request;
      if (progressToken !== undefined)
        await request.sendProgress({ progressToken, progress: 1, message: 'half' });
      return done;
    });
    call('a', { name: 'tool', arguments: { x: 1 }, _meta: { progressToken: 7 } });
    await expect.poll(() => sent).toHaveLength(2);
    expect(sent).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: 7, progress: 1, message: 'half' },
      },
      { jsonrpc: '2.0', id: 'a', result: done },
    ]);
    expect(passed).toEqual([]);
  });

  it.each([
    ['no parameters', undefined],
    ['no name', { arguments: {} }],
    ['arguments that are a list', { name: 'tool', arguments: [1] }],
    ['a wish for a task', { name: 'tool', task: { ttl: 1 } }],
    [
      'a task that it belongs to',
      { name: 'tool', _meta: { 'io.modelcontextprotocol/related-task': { taskId: 't' } } },
    ],
  ])('leave a call with %s to the SDK', async (_what, params) => {
    const { sent, passed, receive } = await open();
    receive({ id: 1, method: 'tools/call', ...(params === undefined ? {} : { params }) });
    expect(passed).toHaveLength(1);
    expect(sent).toEqual([]);
  });

  it('leave other methods and the cancellation of other requests to the SDK', async () => {
    const { passed, receive } = await open();
    receive({ id: 1, method: 'tools/list' });
    receive({ method: 'notifications/cancelled', params: { requestId: 1 } });
    receive({ method: 'notifications/cancelled', params: { requestId: { no: 'id' } } });
    expect(passed).toHaveLength(3);
  });

  it('give a cancelled call no answer', async () => {
    const [aborted, ended] = [deferred<void>(), deferred<void>()];
    const { sent, passed, call, receive } = await open(async ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      await ended.promise;
      return done;
    });
    call(1);
    receive({ method: 'notifications/cancelled', params: { requestId: 1 } });
    await aborted.promise;
    ended.resolve();
    call(2);
    await expect.poll(() => sent).toMatchObject([{ id: 2 }]);
    expect(passed).toEqual([]);
  });

  it('abort what runs when the connection closes', async () => {
    const aborted = deferred<void>();
    const { direct, call } = await open(async ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      return await new Promise(() => {});
    });
    call(1);
    await direct.close();
    await aborted.promise;
  });

  it('tell an unknown tool in the SDK’s words, and nothing of a defect', async () => {
    const { sent, call } = await open(async ({ name }) => {
      throw name === 'tool' ? new UnknownToolError(name, ['other']) : new Error('secret');
    });
    call(1);
    call(2, { name: 'broken' });
    await expect.poll(() => sent).toHaveLength(2);
    expect(sent).toMatchObject([
      {
        id: 1,
        error: { code: -32_602, message: expect.stringMatching(/^MCP error -32602: Unknown tool "tool"/) },
      },
      { id: 2, error: { code: -32_603, message: expect.not.stringContaining('secret') } },
    ]);
  });
});
