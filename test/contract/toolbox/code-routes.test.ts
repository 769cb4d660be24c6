/** Programs and interpreter contexts through the toolbox, in the words of the API. */
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ExecutionOutcome, InterpreterContext } from '../../../schemas/code.ts';
import type { InterpreterListener } from '../../../src/backend/code-operations.ts';
import { ThawError } from '../../../src/errors.ts';
import { codeRoutes } from '../../../src/rest/toolbox/code-routes.ts';
import { fakeBackend, type Plan } from '../../support/fake-backend.ts';
import { sandboxFixture } from '../../support/sandbox-fixture.ts';
import { toolboxServer, WRITER_KEY } from '../../support/toolbox-server.ts';

const open = async (plan: Plan) => {
  const { backend, calls } = fakeBackend({
    settings: { touch: () => Promise.resolve(sandboxFixture()) },
    ...plan,
  });
  const server = await toolboxServer({ backend, routes: codeRoutes });
  return { server, calls: () => calls.filter(({ operation }) => operation !== 'settings.touch') };
};
const held = (id: string, isDefault: boolean): InterpreterContext => ({
  id,
  language: 'python',
  cwd: '/home/daytona',
  createdAt: '2026-05-01T10:00:00.000Z',
  busy: false,
  isDefault,
});
const outcome: ExecutionOutcome = {
  status: 'completed',
  contextId: 'a',
  language: 'python',
  contextIsNew: false,
  contextLost: false,
  note: null,
  durationMs: 1,
};

/** Every frame until the close, with its code. */
async function talk(url: string, request: unknown) {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/process/interpreter/execute`, {
    headers: { authorization: `Bearer ${WRITER_KEY}` },
  });
  const frames: unknown[] = [];
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString('utf8'))));
  socket.once('open', () => socket.send(typeof request === 'string' ? request : JSON.stringify(request)));
  const code = await new Promise<number>((resolve) => socket.once('close', resolve));
  return { code, frames };
}

it('runs a program, and answers its charts only when there are any', async () => {
  const chart = {
    type: 'line' as const,
    title: 'T',
    elements: [{ label: 'a', points: [[1, 2]] }],
    png: 'AAAA',
  };
  let charts = [chart];
  const { server, calls } = await open({
    code: { run: () => Promise.resolve({ exitCode: 3, result: 'out', charts }) },
  });
  const body = { code: 'x', language: 'python', argv: ['a'], envs: { A: '1' }, timeout: 7 };
  const answer = await server.post('/process/code-run', body);
  expect(await answer.json()).toEqual({ exitCode: 3, result: 'out', artifacts: { charts: [chart] } });
  charts = [];
  const bare = await server.post('/process/code-run', {
    code: 'x',
    language: 'typescript',
    timeout: 0,
    argv: null,
  });
  expect(await bare.json()).toEqual({ exitCode: 3, result: 'out' });
  expect(calls().map((call) => call.arguments)).toEqual([
    ['box', { code: 'x', language: 'python', argv: ['a'], env: { A: '1' }, timeoutSeconds: 7 }],
    ['box', { code: 'x', language: 'typescript' }],
  ]);
});

it.each([
  [new ThawError('execution_timeout', 'too long'), 408],
  [new ThawError('runtime_missing', 'no node'), 422],
])('answers %s by its status', async (reason, status) => {
  const { server } = await open({ code: { run: () => Promise.reject(reason) } });
  expect((await server.post('/process/code-run', { code: 'x', language: 'python' })).status).toBe(status);
});

it.each([
  {},
  { code: ' ', language: 'python' },
  { code: 'x', language: 'ruby' },
  { code: 'x', language: 'python', envs: { 'a b': '' } },
])('refuses the program %j', async (body) => {
  const { server, calls } = await open({});
  expect((await server.post('/process/code-run', body)).status).toBe(400);
  expect(calls()).toEqual([]);
});

it('makes, lists and deletes contexts, and keeps the default one to itself', async () => {
  const { server, calls } = await open({
    interpreters: {
      create: () => Promise.resolve(held('b', false)),
      list: () => Promise.resolve([held('a', true), held('b', false)]),
      delete: () => Promise.resolve(held('b', false)),
    },
  });
  const shown = {
    id: 'b',
    language: 'python',
    cwd: '/home/daytona',
    active: true,
    createdAt: held('b', false).createdAt,
  };
  expect(await (await server.post('/process/interpreter/context', { cwd: '/tmp' })).json()).toEqual(shown);
  expect(await (await server.request('/process/interpreter/context')).json()).toEqual({ contexts: [shown] });
  const remove = async (id: string) =>
    (await server.request(`/process/interpreter/context/${id}`, { method: 'DELETE' })).status;
  expect([await remove('b'), await remove('a')]).toEqual([200, 400]);
  expect(calls().filter(({ operation }) => !operation.endsWith('list'))).toEqual([
    { operation: 'interpreters.create', arguments: ['box', { language: 'python', cwd: '/tmp' }] },
    { operation: 'interpreters.delete', arguments: ['box', 'b'] },
  ]);
});

it('streams what code tells over a WebSocket', async () => {
  const error = { type: 'error' as const, name: 'E', value: 'v', traceback: 't' };
  const { server, calls } = await open({
    interpreters: {
      execute: async (_sandbox, _request, listener: InterpreterListener) => {
        await listener({ type: 'stdout', text: 'a' });
        await listener({ type: 'stderr', text: 'b' });
        await listener({ type: 'result', text: '42' });
        await listener({ type: 'result', image: { mimeType: 'image/png', data: 'AAAA' } });
        await listener(error);
        return { ...outcome, status: 'failed' };
      },
    },
  });
  const request = { code: '1', contextId: 'b', envs: { A: '1' }, timeout: 5 };
  expect(await talk(server.url, request)).toEqual({
    code: 1000,
    frames: [
      { type: 'stdout', text: 'a' },
      { type: 'stderr', text: 'b' },
      { type: 'stdout', text: '42\n' },
      error,
      { type: 'control', text: 'completed' },
    ],
  });
  expect(calls()[0]?.arguments.slice(0, 2)).toEqual([
    'box',
    { code: '1', contextId: 'b', env: { A: '1' }, timeoutSeconds: 5 },
  ]);
});

it.each<[ExecutionOutcome | ThawError, number]>([
  [{ ...outcome, status: 'timed_out' }, 4008],
  [{ ...outcome, status: 'died', contextLost: true, note: 'It ended.' }, 1000],
  [new ThawError('context_not_found', 'gone'), 1008],
])('closes with the code that tells how it ended, %#', async (end, code) => {
  const { server } = await open({
    interpreters: {
      execute: async () => await (end instanceof Error ? Promise.reject(end) : Promise.resolve(end)),
    },
  });
  expect((await talk(server.url, { code: '1' })).code).toBe(code);
});

it.each(['{', '[]', '{"code":" "}', '{"code":"1","timeout":-1}'])(
  'closes on the request %s',
  async (request) => {
    const { server, calls } = await open({});
    expect((await talk(server.url, request)).code).toBe(1008);
    expect(calls()).toEqual([]);
  },
);
