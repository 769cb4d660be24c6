/** The protocol over the socket beyond well-behaved calls: broken lines, limits, cancellation, progress, ends. */
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../src/server/line-transport.ts';
import { fakeBackend } from '../support/fake-backend.ts';
import { connectSocketClient } from '../support/mcp-client.ts';
import { type McpFixture, serveOnSocket } from '../support/mcp-fixture.ts';
import { connectRaw, initializeRequest } from '../support/raw-connection.ts';
import { sandboxFixture } from '../support/sandbox-fixture.ts';

let fixture: McpFixture;
afterEach(() => fixture.close());

/** A promise with its handles. */
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const getCall = (id: number, extra: object = {}): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'sandbox_get', arguments: { sandbox: 'box' }, ...extra },
});
const quick = fakeBackend({ lifecycle: { get: async () => sandboxFixture() } });

/** A backend whose `get` waits until the test lets it go, and tells when it began and when it was aborted. */
function slowBackend() {
  const began = deferred<void>();
  const aborted = deferred<void>();
  const release = deferred<void>();
  const { backend } = fakeBackend({
    lifecycle: {
      get: async (_sandbox, { signal }) => {
        signal.addEventListener('abort', () => aborted.resolve());
        began.resolve();
        await Promise.race([release.promise, aborted.promise]);
        return sandboxFixture();
      },
    },
  });
  return { backend, began: began.promise, aborted: aborted.promise, release: () => release.resolve() };
}

describe('lines that are no message', () => {
  it('answers broken JSON, batches and foreign objects, and goes on', async () => {
    fixture = await serveOnSocket(quick.backend);
    const raw = await connectRaw(fixture.path);
    raw.send('{"jsonrpc":"2.0","id":1,');
    expect(await raw.next()).toMatchObject({ id: null, error: { code: -32_700 } });
    raw.send([initializeRequest(1)]);
    expect(await raw.next()).toMatchObject({ id: null, error: { code: -32_600 } });
    raw.send({ id: 7, hello: 'world' });
    expect(await raw.next()).toMatchObject({ id: 7, error: { code: -32_600 } });
    raw.send('');
    raw.send(initializeRequest(2));
    expect(await raw.next()).toMatchObject({ id: 2, result: { serverInfo: { name: 'thaw' } } });
    raw.socket.destroy();
  });

  it('reassembles a message that comes byte by byte and several that come at once', async () => {
    fixture = await serveOnSocket(quick.backend);
    const raw = await connectRaw(fixture.path);
    for (const byte of Buffer.from(`${JSON.stringify(initializeRequest(1))}\n`))
      raw.socket.write(Buffer.of(byte));
    expect(await raw.next()).toMatchObject({ id: 1 });
    raw.socket.write(`${JSON.stringify(getCall(2))}\r\n${JSON.stringify(getCall(3))}\n`);
    const ids = [(await raw.next())['id'], (await raw.next())['id']];
    expect(ids).toEqual([2, 3]);
    raw.socket.destroy();
  });

  it.each([
    ['first', `{"jsonrpc":"2.0","id":41,"method":"x","params":{"a":"`, '"}}'],
    ['last', `{"method":"x","params":{"a":"`, '"},"jsonrpc":"2.0","id":41}'],
  ])(
    'names a line that is too long by its id when that comes %s, and goes on',
    async (_where, head, tail) => {
      fixture = await serveOnSocket(quick.backend);
      const raw = await connectRaw(fixture.path);
      raw.send(head + 'x'.repeat(MAX_LINE_BYTES) + tail);
      const answer = await raw.next(20_000);
      expect(answer).toMatchObject({ id: 41, error: { code: -32_600 } });
      expect(JSON.stringify(answer)).toContain(`at most ${MAX_LINE_BYTES}`);
      raw.send(initializeRequest(2));
      expect(await raw.next()).toMatchObject({ id: 2 });
      raw.socket.destroy();
    },
  );
});

describe('cancellation', () => {
  it('reaches the backend, and no answer follows', async () => {
    const slow = slowBackend();
    fixture = await serveOnSocket(slow.backend);
    const raw = await connectRaw(fixture.path);
    raw.send(initializeRequest(1));
    await raw.next();
    raw.send(getCall(2));
    await slow.began;
    raw.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
    await slow.aborted;
    raw.send({ jsonrpc: '2.0', id: 3, method: 'ping' });
    expect(await raw.next()).toMatchObject({ id: 3 });
    raw.socket.destroy();
  });

  it('happens to what is in flight when the server closes', async () => {
    const slow = slowBackend();
    fixture = await serveOnSocket(slow.backend);
    const raw = await connectRaw(fixture.path);
    raw.send(getCall(1));
    await slow.began;
    await fixture.connections.closeAll();
    await slow.aborted;
    expect(fixture.connections.size).toBe(0);
    raw.socket.destroy();
  });
});

describe('the end of the input', () => {
  it('lets what is in flight be answered and then closes', async () => {
    const slow = slowBackend();
    fixture = await serveOnSocket(slow.backend);
    const raw = await connectRaw(fixture.path);
    raw.send(getCall(1));
    await slow.began;
    raw.socket.end();
    slow.release();
    expect(await raw.next()).toMatchObject({ id: 1, result: { structuredContent: { name: 'box' } } });
    await raw.closed;
    expect(fixture.connections.size).toBe(0);
  });

  it('closes at once when nothing is in flight', async () => {
    fixture = await serveOnSocket(quick.backend);
    const raw = await connectRaw(fixture.path);
    raw.send(initializeRequest(1));
    await raw.next();
    raw.socket.end();
    await raw.closed;
    expect(fixture.connections.size).toBe(0);
  });
});

describe('progress', () => {
  const chatty = fakeBackend({
    lifecycle: {
      get: async (_sandbox, { progress }) => {
        progress?.('step one');
        await new Promise((resolve) => setTimeout(resolve, 250));
        progress?.('step two');
        // The SDK's client drops progress that comes in one read with the result.
        await new Promise((resolve) => setTimeout(resolve, 50));
        return sandboxFixture();
      },
    },
  });

  it('comes in growing values for the token that was given, before the result', async () => {
    fixture = await serveOnSocket(chatty.backend);
    const client = await connectSocketClient(fixture.path);
    const seen: { progress: number; message: string | undefined }[] = [];
    await client.callTool({ name: 'sandbox_get', arguments: { sandbox: 'box' } }, undefined, {
      onprogress: ({ progress, message }) => seen.push({ progress, message }),
    });
    expect(seen).toEqual([
      { progress: 1, message: 'step one' },
      { progress: 2, message: 'step two' },
    ]);
    await client.close();
  });

  it('is not sent to a caller without a token', async () => {
    fixture = await serveOnSocket(chatty.backend);
    const raw = await connectRaw(fixture.path);
    raw.send(getCall(1));
    expect(await raw.next()).toMatchObject({ id: 1 });
    raw.socket.destroy();
  });
});

describe('many clients', () => {
  it('serves fifty that come, ask and die, and keeps none', async () => {
    fixture = await serveOnSocket(quick.backend);
    const visit = async (index: number): Promise<void> => {
      const raw = await connectRaw(fixture.path);
      raw.send(initializeRequest(1));
      await raw.next();
      raw.send(getCall(2));
      if (index % 2 === 0) await raw.next();
      raw.socket.destroy();
    };
    await Promise.all(Array.from({ length: 50 }, (_, index) => visit(index)));
    await expect.poll(() => fixture.connections.size, { timeout: 5_000 }).toBe(0);
    const client = await connectSocketClient(fixture.path);
    await client.ping();
    await client.close();
  });

  it('turns one too many away with a reason', async () => {
    fixture = await serveOnSocket(quick.backend, { maxClients: 1 });
    const first = await connectSocketClient(fixture.path);
    const raw = await connectRaw(fixture.path);
    expect(await raw.next()).toMatchObject({
      error: { message: expect.stringContaining('already serves 1') },
    });
    raw.socket.destroy();
    await first.close();
  });

  it('answers 300 calls at once over one connection, each with its own result', async () => {
    const { backend } = fakeBackend({
      lifecycle: {
        get: async (name) => {
          await new Promise((resolve) => setImmediate(resolve));
          return sandboxFixture({ name });
        },
      },
    });
    fixture = await serveOnSocket(backend);
    const client = await connectSocketClient(fixture.path);
    const names = Array.from({ length: 300 }, (_, index) => `box-${index}`);
    const results = await Promise.all(
      names.map((name) => client.callTool({ name: 'sandbox_get', arguments: { sandbox: name } })),
    );
    expect(results.map(({ structuredContent }) => Reflect.get(Object(structuredContent), 'name'))).toEqual(
      names,
    );
    await client.close();
  });
});

it('introduces itself with instructions, and with the capabilities that it serves and no other', async () => {
  fixture = await serveOnSocket(quick.backend);
  const client = await connectSocketClient(fixture.path);
  expect(client.getServerCapabilities()).toEqual({ tools: {}, resources: {}, prompts: {}, completions: {} });
  expect(client.getServerVersion()).toMatchObject({ name: 'thaw', version: expect.stringMatching(/^\d/) });
  expect(client.getInstructions()).toContain('sandbox_create');
  await client.close();
});
