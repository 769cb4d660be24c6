/** Who is let in to the REST API, to what, and what comes of requests that mean harm. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiOperation } from '../../../schemas/rest/operation.ts';
import { restOperations } from '../../../schemas/rest/operations.ts';
import { refusedOperations } from '../../../schemas/rest/refused-operations.ts';
import { newUuid } from '../../../src/ids.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { head, sendRaw } from '../../support/raw-http.ts';
import { openRestServer, type RestServer } from '../../support/rest-server.ts';
import { SimulatedEngine } from '../../support/simulated-engine.ts';

const simulated = new SimulatedEngine();
let server: RestServer;
let id = '';
beforeAll(async () => {
  await simulated.open();
  // The clock of the listener's deadlines is the real one.
  server = await openRestServer(() => simulated.engine);
  const { body } = await server.call('POST /sandbox', { body: { name: 'secret-name' } });
  id = String(Object(body).id);
});
afterAll(async () => {
  await server.close();
  expect(await simulated.dispose()).toEqual([]);
});

const operations = Object.entries<ApiOperation>(restOperations);
const closed = operations.filter(([, { open }]) => open !== true);
/** With a value for every parameter of the path. */
const filled = (route: string): string =>
  route.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name.startsWith('sandboxId') ? id : '1'));

const denied = expect.objectContaining({
  statusCode: 401,
  error: 'Unauthorized',
  message: 'Invalid credentials',
});

describe('without a good key', () => {
  const wrong: Readonly<Record<string, string | null>> = {
    'no key': null,
    'a wrong key': `dtn_${'0'.repeat(64)}`,
    'a key of another form': 'admin',
    'a very long key': `dtn_${'f'.repeat(9_000)}`,
  };
  it.each(Object.entries(wrong))('%s opens nothing', async (_, key) => {
    for (const [, { route }] of closed) {
      const answer = await server.call(filled(route), {
        key,
        headers: { 'x-daytona-organization-id': newUuid() },
      });
      // After many wrong ones the address has to wait.
      if (answer.status === 429) expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      else expect(answer.body).toEqual(denied);
      expect([401, 429]).toContain(answer.status);
    }
  });

  it('a good key still opens after many wrong ones from the same address', async () => {
    expect((await server.call(`GET /sandbox/${id}`)).status).toBe(200);
  });

  it('a key that was revoked, and one that is over, open nothing', async () => {
    const revoked = server.makeKey({ name: 'revoked' });
    expect((await server.call('GET /sandbox', { key: revoked })).status).toBe(200);
    expect((await server.call('DELETE /api-keys/revoked')).status).toBe(204);
    expect([401, 429]).toContain((await server.call('GET /sandbox', { key: revoked })).status);
  });

  it('only what is open to all is answered', async () => {
    const open = operations.filter(([, { open }]) => open === true).map(([name]) => name);
    expect(open.sort()).toEqual(['ConfigController_getConfig', 'HealthController_live']);
    for (const path of ['/config', '/health'])
      expect((await server.call(`GET ${path}`, { key: null })).status).toBe(200);
  });
});

describe('permissions', () => {
  it('are asked for by every operation that changes something', () => {
    const changing = closed
      .filter(([, { permission, route }]) => permission === undefined && !route.startsWith('GET'))
      .map(([name]) => name);
    // Keys may be made and revoked by any key, but none that may more than it may itself.
    expect(changing.sort()).toEqual(['createApiKey', 'deleteApiKey']);
  });

  it('that a key lacks are refused, whatever the request says', async () => {
    const key = server.makeKey({ name: 'reader', permissions: [] });
    for (const [, { route, permission }] of closed) {
      if (permission === undefined) continue;
      const answer = await server.call(filled(route), { key });
      expect(answer.body).toMatchObject({ statusCode: 403, error: 'Forbidden', message: 'Access denied' });
    }
    expect((await server.call(`GET /sandbox/${id}`, { key })).status).toBe(200);
    expect((await server.call(`GET /sandbox/${id}`)).body).toMatchObject({ state: 'started' });
  });

  it('are not won by making another key, nor lost by revoking a stronger one', async () => {
    const key = server.makeKey({ name: 'weak', permissions: ['write:sandboxes'] });
    const make = (permissions: string[], name: string) =>
      server.call('POST /api-keys', { key, body: { name, permissions } });
    expect((await make(['delete:sandboxes'], 'more')).status).toBe(403);
    expect(await make(['write:sandboxes'], 'same')).toMatchObject({
      status: 201,
      body: { name: 'same', value: expect.stringMatching(/^dtn_[0-9a-f]{64}$/), expiresAt: null },
    });
    expect((await server.call('DELETE /api-keys/all', { key })).status).toBe(403);
    expect((await server.call('DELETE /api-keys/same', { key })).status).toBe(204);
  });

  it.each(Object.entries(refusedOperations))('no key may do what is refused: %s', async (kind, routes) => {
    const status = { role: 403, admin: 403, account: 401, secrets: 422 }[kind];
    for (const route of Object.values<string>(routes))
      expect([route, (await server.call(filled(route))).status]).toEqual([route, status]);
  });
});

describe('what belongs to another organization', () => {
  it('is answered by every operation like what does not exist', async () => {
    const key = server.makeKey({ name: 'other', organization: 'other' });
    const plain = ({ body, status }: { body: unknown; status: number }, name: string) => {
      const { timestamp: _, path, ...rest } = Object(body);
      return JSON.stringify({ status, path, rest }).replaceAll(name, 'NAME');
    };
    const unknown = newUuid();
    const named = closed.filter(([, { route }]) => /\{sandboxId/.test(route));
    expect(named.length).toBeGreaterThan(35);
    for (const [name, { route }] of named) {
      const fill = (value: string) => route.replace(/\{sandboxId\w*\}/, value).replaceAll(/\{\w+\}/g, '1');
      const body = route.startsWith('GET')
        ? {}
        : { body: { name: 'x', labels: {}, cpu: 2, secrets: [{}], networkBlockAll: true } };
      const [foreign, missing] = [
        await server.call(fill(id), { key, ...body }),
        await server.call(fill(unknown), { key, ...body }),
      ];
      expect([name, plain(foreign, id)]).toEqual([name, plain(missing, unknown)]);
      // Nothing serves previews here, which is said before anything is looked up.
      expect([name, foreign.status]).toEqual([name, route.includes('preview-url') ? foreign.status : 404]);
      expect(foreign.status).toBeGreaterThanOrEqual(400);
      expect(foreign.text).not.toContain('secret-name');
    }
    expect((await server.call('GET /sandbox', { key })).body).toEqual({ items: [], nextCursor: null });
    expect((await server.call('GET /api-keys', { key })).body).toMatchObject([{ name: 'other' }]);
    expect((await server.call('GET /api-keys/all', { key })).status).toBe(404);
    expect((await server.call('DELETE /api-keys/all', { key })).status).toBe(404);
    expect((await server.call(`GET /sandbox/${id}`)).body).toMatchObject({ state: 'started' });
  });
});

describe('hostile requests', () => {
  const authorized = () => ({ host: `127.0.0.1:${server.port}`, authorization: `Bearer ${server.key}` });

  it('that smuggle a second one are refused as a whole', async () => {
    const inner = head('DELETE /api/sandbox/secret-name', authorized());
    const both = await sendRaw(server.port, [
      head('POST /api/sandbox', {
        ...authorized(),
        'content-length': '5',
        'transfer-encoding': 'chunked',
        'content-type': 'application/json',
      }),
      `0\r\n\r\n${inner}`,
    ]);
    expect(both.status).toBe(400);
    const twice = await sendRaw(server.port, [
      `POST /api/sandbox HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Length: 0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    ]);
    expect(twice.status).toBe(400);
    const folded = await sendRaw(server.port, [
      `GET /api/sandbox HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer x\r\n Authorization: Bearer ${server.key}\r\n\r\n`,
    ]);
    expect(folded.status).not.toBe(200);
    expect((await server.call(`GET /sandbox/${id}`)).status).toBe(200);
  });

  it('that show two keys, or one elsewhere than in the header, are not let in', async () => {
    const none = { host: `127.0.0.1:${server.port}` };
    const query = await sendRaw(server.port, [head(`GET /api/sandbox?token=${server.key}`, none)]);
    const cookie = await sendRaw(server.port, [
      head('GET /api/sandbox', { ...none, cookie: `authorization=Bearer ${server.key}` }),
    ]);
    const listed = await sendRaw(server.port, [
      head('GET /api/sandbox', { ...none, authorization: `Bearer x, Bearer ${server.key}` }),
    ]);
    for (const { status } of [query, cookie, listed]) expect([401, 429]).toContain(status);
  });

  it('by a foreign host name are refused, by a foreign page answered with its origin and without credentials', async () => {
    const rebound = await sendRaw(server.port, [
      head('GET /api/sandbox', { ...authorized(), host: 'evil.example' }),
    ]);
    expect(rebound.status).toBe(403);
    const page = await server.call('GET /sandbox', { headers: { origin: 'https://evil.example' } });
    expect(page.headers.get('access-control-allow-origin')).toBe('https://evil.example');
    expect(page.headers.get('access-control-allow-credentials')).toBeNull();
    const preflight = await server.call('OPTIONS /sandbox', {
      key: null,
      headers: { origin: 'https://evil.example' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.text).toBe('');
  });

  it('with request ids that are none get one of their own', async () => {
    const { headers } = await server.call('GET /health', { headers: { 'x-request-id': 'a b<script>' } });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const kept = await server.call('GET /health', { headers: { 'x-request-id': 'abc-1' } });
    expect(kept.headers.get('x-request-id')).toBe('abc-1');
  });

  it('of 64 MB are refused before they are read, with and without a length', async () => {
    const before = process.memoryUsage().rss;
    const declared = await sendRaw(server.port, [
      head('POST /api/sandbox', { ...authorized(), 'content-length': String(64 * 1024 * 1024) }),
      '{"name":"',
    ]);
    expect(declared.status).toBe(413);
    const chunk = `100000\r\n${'x'.repeat(1024 * 1024)}\r\n`;
    const undeclared = await sendRaw(server.port, [
      head('POST /api/sandbox', { ...authorized(), 'transfer-encoding': 'chunked' }),
      ...Array.from({ length: 64 }, () => chunk),
    ]);
    expect([413, 0]).toContain(undeclared.status);
    const unknown = await sendRaw(server.port, [
      head('POST /api/sandbox', { host: authorized().host, 'content-length': String(64 * 1024 * 1024) }),
      'x',
    ]);
    expect([401, 429]).toContain(unknown.status);
    expect(process.memoryUsage().rss - before).toBeLessThan(512 * 1024 * 1024);
  });

  it('that are malformed are told so', async () => {
    const { status, body } = await server.call('POST /sandbox', { body: '{"name":' });
    expect([status, body]).toEqual([
      400,
      { message: 'Invalid JSON in request body', error: 'Bad Request', statusCode: 400 },
    ]);
    expect((await server.call('GET /sandbox/%E0%A4%A')).status).toBe(400);
    expect((await server.call('GET /nowhere')).body).toMatchObject({
      statusCode: 404,
      message: 'Cannot GET /api/nowhere',
      path: '/api/nowhere',
    });
    expect((await server.call(`GET /sandbox/${'x'.repeat(17_000)}`)).status).toBe(414);
    const deep = `{"env":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`;
    expect((await server.call('POST /sandbox', { body: deep })).status).toBe(400);
    const polluted = await server.call('POST /sandbox', {
      body: '{"labels":{"__proto__":{"x":"y"}},"name":"pp"}',
    });
    expect([200, 400]).toContain(polluted.status);
    expect(Object(Object.prototype)['x']).toBeUndefined();
    if (polluted.status === 200) await server.call('DELETE /sandbox/pp');
  });

  it('to upgrade without a key, or where nothing is, end the connection', async () => {
    const upgrade = { host: `127.0.0.1:${server.port}`, connection: 'Upgrade', upgrade: 'websocket' };
    const socket = { 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
    const nowhere = await sendRaw(server.port, [head('GET /api/sandbox', { ...upgrade, ...socket })]);
    expect(nowhere.status).toBe(404);
  });
});

it('a body that comes too slowly does not hold a request for ever', async () => {
  const clock = new ManualClock();
  const slow = await openRestServer(() => simulated.engine, { clock });
  const began = clock.monotonic();
  const answer = sendSlowly(slow, () => clock.advance(1_000));
  expect(await answer).toBe(408);
  expect(clock.monotonic() - began).toBeLessThan(40_000);
  await slow.close();
});

/** A byte of the body at a time. Resolves with the status when the connection is over. */
function sendSlowly({ port, key }: RestServer, onByte: () => void): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host: '127.0.0.1', port });
    socket.setEncoding('latin1');
    const headers = { host: `127.0.0.1:${port}`, authorization: `Bearer ${key}`, 'content-length': '1000' };
    socket.write(head('POST /api/sandbox', headers));
    const drip = setInterval(() => {
      if (text !== '') return;
      socket.write('x');
      onByte();
    }, 20);
    socket.on('data', (part: string) => {
      text += part;
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(drip);
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0));
    });
  });
}
