/** Socket.IO as the API's own clients use it: a token in CONNECT, the events of one organization, nothing without a key. */
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openRestServer, type RestServer } from '../../support/rest-server.ts';
import { SimulatedEngine } from '../../support/simulated-engine.ts';

const simulated = new SimulatedEngine();
let server: RestServer;
const sockets: Socket[] = [];
beforeAll(async () => {
  await simulated.open();
  server = await openRestServer(() => simulated.engine, { clock: simulated.clock });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});
afterAll(async () => {
  await server.close();
  expect(await simulated.dispose()).toEqual([]);
});

function connect(auth: object, transports = ['websocket']): Socket {
  const socket = io(server.url, {
    path: '/api/socket.io/',
    transports,
    auth,
    reconnection: false,
    query: { source: 'sdk-typescript', sdkVersion: '0.218.0' },
  });
  sockets.push(socket);
  return socket;
}

/** Resolves with `connect`, or with the words of the refusal. */
const outcome = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.on('connect', () => resolve('connect'));
    socket.on('connect_error', ({ message }) => resolve(message));
  });

function listen(socket: Socket): [string, unknown][] {
  const heard: [string, unknown][] = [];
  socket.onAny((name: string, data: unknown) => heard.push([name, data]));
  return heard;
}

it('tells of the sandboxes of one’s own organization alone', async () => {
  const blue = server.makeKey({ name: 'blue', organization: 'blue' });
  const [own, other] = [connect({ token: server.key }), connect({ token: blue })];
  expect(await Promise.all([outcome(own), outcome(other)])).toEqual(['connect', 'connect']);
  const [heard, heardByOther] = [listen(own), listen(other)];
  const { body } = await server.call('POST /sandbox', { body: { name: 'mine' } });
  await server.call('DELETE /sandbox/mine');
  await expect
    .poll(() => heard.map(([name]) => name))
    .toEqual([
      'sandbox.created',
      'sandbox.state.updated',
      'sandbox.desired-state.updated',
      'sandbox.state.updated',
      'sandbox.state.updated',
    ]);
  const { id } = Object(body);
  expect(heard[0]?.[1]).toMatchObject({ id, state: 'creating', toolboxProxyUrl: `${server.url}/toolbox` });
  expect(heard[1]?.[1]).toMatchObject({ sandbox: { id }, oldState: 'creating', newState: 'started' });
  expect(heardByOther).toEqual([]);
  await server.call('POST /sandbox', { body: { name: 'theirs' }, key: blue });
  await server.call('DELETE /sandbox/theirs', { key: blue });
  await expect.poll(() => heardByOther).toHaveLength(5);
  expect(heard).toHaveLength(5);
});

it.each([
  ['no token', {}],
  ['a wrong token', { token: `dtn_${'0'.repeat(64)}` }],
  ['a token that is no text', { token: { a: 1 } }],
  ['a token with line breaks', { token: 'x\r\nx: y' }],
])('lets nobody in with %s', async (_, auth) => {
  expect(await outcome(connect(auth))).toBe('Unauthorized');
});

it('lets nobody in with a key that was revoked', async () => {
  const token = server.makeKey({ name: 'short' });
  server.keys.revoke('short');
  expect(await outcome(connect({ token }))).toBe('Unauthorized');
});

it('speaks WebSocket only', async () => {
  expect((await fetch(`${server.url}/api/socket.io/?EIO=4&transport=polling`)).status).toBe(400);
  expect(await outcome(connect({ token: server.key }, ['polling']))).toBe('xhr poll error');
});
