/** What the remote backend makes of WebSockets of a toolbox that is not Thaw's: Daytona's own frames and closes, and none. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { InterpreterEvent } from '../../../schemas/code.ts';
import { toBuffer } from '../../../src/http/web-socket.ts';
import type { RemoteBackend } from '../../../src/remote/open.ts';
import { FakeDaytona, KEY } from '../../support/fake-daytona/server.ts';
import { openRemote } from '../../support/remote-backend.ts';

const call = (signal: AbortSignal = new AbortController().signal) => ({ signal });
let fake: FakeDaytona;
let backend: RemoteBackend;
let box = '';
beforeEach(async () => {
  fake = await FakeDaytona.open({ changeMs: 20 });
  backend = openRemote(fake.apiUrl, KEY);
  ({ id: box } = await backend.lifecycle.create({}, call()));
});
afterEach(async () => {
  await backend.close();
  await fake.close();
});

const frame = (type: string, fields: object): string => JSON.stringify({ type, ...fields });
const out = (text: string): string => frame('stdout', { text });
const completed = frame('control', { text: 'completed' });

/** The server's side: what it sends once it was asked, and how it closes; null cuts the connection. */
type End = readonly [code: number, reason: string] | null;
function answer(frames: readonly (string | Buffer)[], end: End): Promise<unknown> {
  return new Promise((resolve) => {
    fake.onSocket = (_path, socket: WebSocket) =>
      socket.once('message', (data) => {
        resolve(JSON.parse(toBuffer(data).toString()));
        for (const one of frames) socket.send(one);
        if (end === null) socket.terminate();
        else socket.close(...end);
      });
  });
}

async function execute(signal?: AbortSignal) {
  const events: InterpreterEvent[] = [];
  const request = { code: 'work()', env: { A: 'b' }, timeoutSeconds: 1.5 };
  const take = (event: InterpreterEvent): void => void events.push(event);
  const outcome = await backend.interpreters.execute(box, request, take, call(signal));
  return { outcome, events };
}

describe('code on Daytona’s own interpreter', () => {
  it('is sent as the API wants it, and answered by its frames', async () => {
    const asked = answer([out('one'), 'no JSON', frame('news', {}), out('two'), completed], [1000, '']);
    expect(await execute()).toMatchObject({
      outcome: {
        status: 'completed',
        contextId: 'default',
        language: 'python',
        contextLost: false,
        note: null,
      },
      events: [
        { type: 'stdout', text: 'one' },
        { type: 'stdout', text: 'two' },
      ],
    });
    expect(await asked).toEqual({ code: 'work()', envs: { A: 'b' }, timeout: 2 });
  });

  it.each([
    ['failed', [frame('error', { name: 'E', value: 'v', traceback: 't' }), completed], [1000, ''], null],
    [
      'died',
      [frame('error', { name: 'InterpreterDied', value: '', traceback: '' }), completed],
      [1000, ''],
      null,
    ],
    ['completed', [out('x')], [1000, ''], null],
    ['timed_out', [frame('control', { text: 'interrupted' })], [1000, ''], null],
    ['timed_out', [out('x')], [4008, 'it took too long'], 'it took too long'],
  ] as const)('ends as %s: %j, %j', async (status, frames, end, note) => {
    void answer(frames, end);
    expect((await execute()).outcome).toMatchObject({ status, note, contextLost: status === 'died' });
  });

  it.each([
    ['invalid_argument', [1008, 'there is no such context'], 'there is no such context'],
    ['backend_error', [1011, `failed with ${KEY}`], 'failed with [hidden]'],
    ['backend_unreachable', null, 'cut the connection'],
  ] as const)('throws %s for a close of %j', async (code, end, message) => {
    void answer([out('x')], end);
    await expect(execute()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('is left when its caller goes away', async () => {
    const controller = new AbortController();
    const left = new Promise<void>((resolve) => {
      fake.onSocket = (_path, socket) => {
        socket.once('message', () => controller.abort());
        socket.once('close', () => resolve());
      };
    });
    await expect(execute(controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await left;
  });

  it('is refused with a typed error where there is no WebSocket', async () => {
    await expect(execute()).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:sandbox_not_found|backend_error)$/),
    });
  });
});

describe('a terminal of Daytona’s own', () => {
  const control = (status: string): string => frame('control', { status });

  it('shows text and binary frames, and tells its end by the close', async () => {
    fake.onSocket = (path, socket) => {
      expect(path).toMatch(/\/process\/pty\/one\/connect$/);
      socket.send(control('connected'));
      socket.on('message', (data) => {
        socket.send('{"type":"text"}');
        socket.send(toBuffer(data));
        socket.send(control('exited'));
        socket.close(1000, JSON.stringify({ exitCode: 7, exitReason: 'it was told to' }));
      });
    };
    const connection = await backend.terminals.connect(box, 'one', call());
    await connection.write(Buffer.from('typed'));
    const chunks: Buffer[] = [];
    for await (const chunk of connection.output) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('{"type":"text"}typed');
    expect(await connection.exited).toEqual({ exitCode: 7, reason: 'it was told to' });
  });

  it.each([
    ['terminal_ended', (socket: WebSocket) => socket.close(1011, 'it is lost')],
    ['backend_unreachable', (socket: WebSocket) => socket.terminate()],
  ] as const)('is lost with %s', async (code, end) => {
    fake.onSocket = (_path, socket) => end(socket);
    const { exited, output } = await backend.terminals.connect(box, 'one', call());
    for await (const chunk of output) expect(chunk).toBeNull();
    await expect(exited).rejects.toMatchObject({ code });
  });
});
