/** Routes of sessions: their statuses, and the form of output by what the client is (reference §4.2, §4.3). */
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { JobChunk, SessionOperations } from '../../../src/backend/jobs.ts';
import { ThawError } from '../../../src/errors.ts';
import { fakeBackend } from '../../support/fake-backend.ts';
import { sandboxFixture } from '../../support/sandbox-fixture.ts';
import { toolboxServer, WRITER_KEY } from '../../support/toolbox-server.ts';

const chunks: readonly JobChunk[] = [
  { stream: 'stdout', data: Buffer.from('out\n') },
  { stream: 'stderr', data: Buffer.from('err\n') },
];
const MARKED = '\u0001\u0001\u0001out\n\u0002\u0002\u0002err\n';
const session = { sessionId: 's', commands: [{ id: 'c', command: 'x' }] };

const sessions: SessionOperations = {
  create: (_sandbox, id) =>
    id === 's'
      ? Promise.reject(new ThawError('session_exists', 'There is one.'))
      : Promise.resolve({ sessionId: id, commands: [] }),
  list: () => Promise.resolve([session]),
  get: (_sandbox, id) =>
    id === 's' ? Promise.resolve(session) : Promise.reject(new ThawError('session_not_found', 'None.')),
  delete: () => Promise.resolve(),
  exec: (_sandbox, id, { runAsync }) => {
    if (id === 'over') return Promise.reject(new ThawError('session_ended', 'It has ended.'));
    return Promise.resolve(
      runAsync === true ? { cmdId: 'c' } : { cmdId: 'c', ended: { exitCode: 3, chunks } },
    );
  },
  command: () => Promise.resolve({ id: 'c', command: 'x' }),
  logs: () => Promise.resolve(chunks),
  async *follow() {
    yield* await Promise.resolve(chunks);
  },
  input: () => Promise.reject(new ThawError('command_ended', 'It has ended.')),
};

const open = () => {
  const { backend } = fakeBackend({
    settings: { touch: () => Promise.resolve(sandboxFixture()) },
    lifecycle: { get: () => Promise.resolve(sandboxFixture()) },
  });
  return toolboxServer({ backend: { ...backend, sessions } });
};

const NEW = { headers: { 'X-Daytona-SDK-Version': '0.218.0', Authorization: `Bearer ${WRITER_KEY}` } };
const OLD = { headers: { 'X-Daytona-SDK-Version': '0.150.0', Authorization: `Bearer ${WRITER_KEY}` } };

test('sessions are made, told and ended with the statuses of the API', async () => {
  const server = await open();
  expect((await server.post('/process/session', { sessionId: 'new' })).status).toBe(201);
  expect((await server.post('/process/session', { sessionId: 's' })).status).toBe(409);
  expect(await (await server.request('/process/session')).json()).toEqual([session]);
  expect(await (await server.request('/process/session/s')).json()).toEqual(session);
  expect((await server.request('/process/session/none')).status).toBe(404);
  expect((await server.request('/process/session/s', { method: 'DELETE' })).status).toBe(204);
  expect(await (await server.request('/process/session/entrypoint')).json()).toEqual({
    sessionId: 'entrypoint',
    commands: [],
  });
});

test('commands run on or to their end, and refusals have the codes of the API', async () => {
  const server = await open();
  const later = await server.post('/process/session/s/exec', { command: 'x', async: true });
  expect([later.status, await later.json()]).toEqual([202, { cmdId: 'c' }]);
  const now = await server.post('/process/session/s/exec', { command: 'x' });
  expect([now.status, await now.json()]).toEqual([200, { cmdId: 'c', output: 'out\nerr\n', exitCode: 3 }]);
  const over = await server.post('/process/session/over/exec', { command: 'x' });
  expect([over.status, await over.json()]).toMatchObject([410, { code: 'SESSION_ENDED' }]);
  expect((await server.post('/process/session/entrypoint/exec', { command: 'x' })).status).toBe(400);
  const input = await server.post('/process/session/s/command/c/input', { data: 'x' });
  expect([input.status, await input.json()]).toMatchObject([410, { code: 'COMMAND_ALREADY_COMPLETED' }]);
  expect(await (await server.request('/process/session/s/command/c')).json()).toEqual({
    id: 'c',
    command: 'x',
  });
});

test('logs take the form that the client knows', async () => {
  const server = await open();
  const path = '/process/session/s/command/c/logs';
  expect(await (await server.request(path, NEW)).json()).toEqual({
    output: MARKED,
    stdout: 'out\n',
    stderr: 'err\n',
  });
  expect(await (await server.request(path, OLD)).text()).toBe(MARKED);
  expect(await (await server.request(path)).text()).toBe('out\nerr\n');
  expect(await (await server.request(`${path}?follow=true`, NEW)).text()).toBe(MARKED);
});

test('logs are followed over a WebSocket, which closes when the command ends', async () => {
  const server = await open();
  const address = `${server.url.replace('http', 'ws')}/process/session/s/command/c/logs?follow=true`;
  const socket = new WebSocket(address, { headers: { Authorization: `Bearer ${WRITER_KEY}` } });
  const received: Buffer[] = [];
  socket.on('message', (data: Buffer) => received.push(data));
  const code = await new Promise<number>((resolve, reject) => {
    socket.on('close', resolve);
    socket.on('error', reject);
  });
  expect([code, Buffer.concat(received).toString()]).toEqual([1000, MARKED]);
});
