/** Who is let into the toolbox, what its errors look like, and what it does with requests that are none. */
import { expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { ThawError } from '../../../src/errors.ts';
import { readJson } from '../../../src/rest/toolbox/body.ts';
import { empty, json, type ToolboxRoute, text } from '../../../src/rest/toolbox/route.ts';
import { fakeBackend } from '../../support/fake-backend.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { sandboxFixture } from '../../support/sandbox-fixture.ts';
import {
  PREVIEW_TOKEN,
  READER_KEY,
  rawExchange,
  toolboxServer,
  WRITER_KEY,
} from '../../support/toolbox-server.ts';

const Body = z.object({ name: z.string(), size: z.number().optional() });

const routes: readonly ToolboxRoute[] = [
  { method: 'GET', path: '/things', handle: () => Promise.resolve(json([1, 2])) },
  { method: 'POST', path: '/things', handle: async (call) => json(await readJson(call, Body), 201) },
  { method: 'DELETE', path: '/things/{id}', handle: () => Promise.resolve(empty(204)) },
  { method: 'GET', path: '/things/{id}', handle: ({ parameters }) => Promise.resolve(json(parameters)) },
  { method: 'GET', path: '/things/all', handle: () => Promise.resolve(text('all')) },
  { method: 'GET', path: '/defect', handle: () => Promise.reject(new Error('/secret/path of the host')) },
  {
    method: 'GET',
    path: '/missing',
    handle: () => Promise.reject(new ThawError('file_not_found', 'There is no such file.')),
  },
  {
    method: 'GET',
    path: '/echo',
    async socket(_call, accept) {
      const socket = await accept();
      for await (const { data, isBinary } of socket.messages) {
        await socket.send(isBinary ? data : data.toString('utf8'));
        if (data.toString('utf8') === 'end') return;
      }
    },
  },
];

const open = (clock?: ManualClock) => {
  const { backend, calls } = fakeBackend({
    settings: { touch: () => Promise.resolve(sandboxFixture()) },
    lifecycle: { get: () => Promise.resolve(sandboxFixture()) },
  });
  return toolboxServer({ backend, routes, ...(clock === undefined ? {} : { clock }) }).then((server) => ({
    server,
    calls,
  }));
};

const problemOf = async (response: Response): Promise<unknown> => ({
  status: response.status,
  body: await response.json(),
});

test('answers by method and path, literal segments first', async () => {
  const { server, calls } = await open();
  expect(await (await server.request('/things')).json()).toEqual([1, 2]);
  expect(await (await server.request('/things/all')).text()).toBe('all');
  expect(await (await server.request('/things/a%2Fb%20c')).json()).toEqual({ id: 'a/b c' });
  const made = await server.post('/things', { name: 'a', unknown: true });
  expect([made.status, await made.json()]).toEqual([201, { name: 'a' }]);
  const gone = await server.request('/things/1', { method: 'DELETE' });
  expect([gone.status, await gone.text()]).toEqual([204, '']);
  expect(new Set(calls.map(({ operation }) => operation))).toEqual(new Set(['settings.touch']));
});

test('notes no activity when it is asked not to', async () => {
  const { server, calls } = await open();
  await server.request('/things', { headers: { 'X-Daytona-Skip-Last-Activity-Update': 'true' } });
  expect(calls.map(({ operation }) => operation)).toEqual(['lifecycle.get']);
});

test('says what is wrong in the envelope of the API', async () => {
  const { server } = await open();
  expect(await problemOf(await server.request('/missing'))).toEqual({
    status: 404,
    body: {
      statusCode: 404,
      message: 'There is no such file.',
      code: 'FILE_NOT_FOUND',
      source: 'DAYTONA_DAEMON',
      method: 'GET',
      path: '/toolbox/box/missing',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    },
  });
  expect(await problemOf(await server.request('/nothing?x=1'))).toMatchObject({
    status: 404,
    body: { message: 'Cannot GET /toolbox/box/nothing', code: 'NOT_FOUND' },
  });
  expect(await problemOf(await server.post('/things', { size: 'x' }))).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('name: '), code: 'BAD_REQUEST' },
  });
  expect(await problemOf(await server.request('/things', { method: 'POST', body: '{' }))).toMatchObject({
    status: 400,
    body: { message: 'Invalid JSON in request body' },
  });
});

test('tells nothing of its own defects', async () => {
  const { server } = await open();
  const response = await server.request('/defect');
  const body = await response.text();
  expect(response.status).toBe(500);
  expect(body).not.toMatch(/secret|stack|\.ts/);
});

test('lets nobody in without a key, and readers only read', async () => {
  const { server } = await open();
  const as = (key: string, method = 'GET'): Promise<Response> =>
    server.request('/things', { method, headers: { authorization: key } });
  for (const key of ['', 'Bearer', 'Bearer nobody', `Basic ${WRITER_KEY}`])
    expect(await problemOf(await as(key))).toMatchObject({
      status: 401,
      body: { message: 'Invalid credentials', code: 'UNAUTHORIZED' },
    });
  expect((await as(`Bearer ${READER_KEY}`)).status).toBe(200);
  expect(await problemOf(await as(`Bearer ${READER_KEY}`, 'POST'))).toMatchObject({
    status: 403,
    body: { message: 'Access denied', code: 'FORBIDDEN' },
  });
  expect(
    (await fetch(`${server.url}/things`, { headers: { 'X-Daytona-Preview-Token': PREVIEW_TOKEN } })).status,
  ).toBe(200);
  // Whoever has no key learns nothing of what exists.
  expect((await fetch(`${server.url}/nothing`)).status).toBe(401);
});

test('takes no body of 64 MB where a few lines are expected', async () => {
  const { server } = await open();
  const response = await server.request('/things', { method: 'POST', body: Buffer.alloc(64 * 1024 * 1024) });
  expect(await problemOf(response)).toMatchObject({ status: 413 });
  expect((await server.request('/things')).status).toBe(200);
});

test('waits for a body as long as it takes to send one', async () => {
  const clock = new ManualClock();
  const { server } = await open(clock);
  const head = `POST /toolbox/box/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${WRITER_KEY}\r\nContent-Length: 100\r\n\r\n{`;
  const answer = rawExchange(server.port, head);
  // The noting of activity, and the deadline of the body.
  await vi.waitFor(() => expect(clock.pendingTimers).toBe(2));
  clock.advance(30_000);
  expect(await answer).toMatch(/^HTTP\/1\.1 408 [^]*REQUEST_TIMEOUT/);
});

test.each([
  ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde'],
  ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['an unknown coding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['a folded header', 'X-A: b\r\n c\r\n\r\n'],
])('takes no request with %s', async (_what, rest) => {
  const { server, calls } = await open();
  const answer = await rawExchange(
    server.port,
    `POST /toolbox/box/things HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${WRITER_KEY}\r\n${rest}`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(calls).toEqual([]);
});

test.each(['/%', '/%00', '/things/%zz', '/../things', '//things', '/things//', '/toString', '/__proto__/x'])(
  'finds nothing at %s',
  async (path) => {
    const { server } = await open();
    const answer = await rawExchange(
      server.port,
      `GET /toolbox/box${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${WRITER_KEY}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  },
);

function talk(url: string, options: { headers?: Record<string, string>; protocols?: string[] } = {}) {
  const socket = new WebSocket(url.replace('http', 'ws'), options.protocols ?? [], {
    headers: options.headers,
  });
  const messages: string[] = [];
  socket.on('message', (data: Buffer) => messages.push(data.toString('utf8')));
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') })),
  );
  const opened = new Promise<number>((resolve) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('error', () => resolve(0));
  });
  return { socket, messages, closed, opened };
}

test('serves WebSockets, and echoes an offered subprotocol', async () => {
  const { server } = await open();
  const { socket, messages, closed, opened } = talk(`${server.url}/echo`, {
    headers: { authorization: `Bearer ${WRITER_KEY}` },
    protocols: ['X-Daytona-Pty-Envs~e30', 'X-Daytona-Pty-Exit-Control'],
  });
  expect(await opened).toBe(101);
  expect(socket.protocol).toBe('X-Daytona-Pty-Exit-Control');
  socket.send('one');
  socket.send('end');
  expect(await closed).toEqual({ code: 1000, reason: '' });
  expect(messages).toEqual(['one', 'end']);
});

test('opens no WebSocket without a key, for a reader, where there is none, and for too much', async () => {
  const { server } = await open();
  expect(await talk(`${server.url}/echo`).opened).toBe(401);
  expect(await talk(`${server.url}/echo?DAYTONA_SANDBOX_AUTH_KEY=wrong`).opened).toBe(401);
  const withKey = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
  expect(await talk(`${server.url}/echo`, { headers: withKey(READER_KEY) }).opened).toBe(403);
  expect(await talk(`${server.url}/things`, { headers: withKey(WRITER_KEY) }).opened).toBe(400);
  expect(await talk(`${server.url}/nothing`, { headers: withKey(WRITER_KEY) }).opened).toBe(404);
  expect((await server.request('/echo')).status).toBe(400);
  const big = talk(`${server.url}/echo?DAYTONA_SANDBOX_AUTH_KEY=${PREVIEW_TOKEN}`);
  expect(await big.opened).toBe(101);
  big.socket.send('x'.repeat(2_000_000));
  expect((await big.closed).code).toBe(1009);
});

test.each(['/lsp/start', '/computeruse/screenshot/region', '/computeruse/process/x/logs'])(
  'says that it does not offer %s',
  async (path) => {
    const { backend } = fakeBackend({ settings: { touch: () => Promise.resolve(sandboxFixture()) } });
    const server = await toolboxServer({ backend });
    expect(await problemOf(await server.post(path, {}))).toMatchObject({
      status: 501,
      body: { message: expect.stringContaining('Thaw does not offer') },
    });
  },
);
