/** What passes through a preview: requests, bodies of any size, events and WebSockets. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { call, eventually } from '../../support/open-engine.ts';
import {
  ask,
  openPreviews,
  type PreviewFixture,
  serve,
  serveApplication,
} from '../../support/preview-fixture.ts';

const json = (text: string): Record<string, unknown> => Object(JSON.parse(text));
const MIB = 1024 * 1024;

let fixture: PreviewFixture;
let url: string;
let pathUrl: string;
/** The host of `url`, for connections that go to the listener's address. */
let host: string;
beforeEach(async () => {
  fixture = await openPreviews({ helper: 'off' });
  await fixture.engine.lifecycle.create({ name: 'box', public: true }, call());
  await serveApplication(fixture.engine, 'box', 3000);
  ({ url, pathUrl } = await fixture.engine.previews.url('box', 3000, call()));
  ({ host } = new URL(url));
});

const toListener = () => ({ host: '127.0.0.1', port: fixture.server.base.listenPort, headers: { host } });

describe('a preview', { timeout: 120_000 }, () => {
  it('passes requests as they are, and says where they came from', async () => {
    const sent = await ask(fixture, `${url}/echo?q=a%2Fb&c=%zz`, {
      method: 'POST',
      headers: {
        'X-Own': 'yes',
        'x-forwarded-for': '6.6.6.6',
        te: 'trailers',
        connection: 'x-own-hop',
        'x-own-hop': '1',
        x_forwarded_host: 'evil',
      },
      body: 'hi',
    });
    const { headers, ...line } = json(sent.body);
    expect(line).toEqual({ method: 'POST', url: '/echo?q=a%2Fb&c=%zz' });
    expect(headers).toEqual({
      'x-own': 'yes',
      host,
      'content-length': '2',
      connection: 'keep-alive',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': host,
      'x-forwarded-proto': 'http',
    });
    expect((await ask(fixture, `${url}/nowhere`)).body).toBe('no route');
    expect((await ask(fixture, `${url}/echo`, { method: 'HEAD' })).status).toBe(200);
  });

  it('keeps redirects and cookies of the path style below its prefix', async () => {
    const prefix = new URL(pathUrl).pathname;
    expect((await ask(fixture, pathUrl.slice(0, -1))).headers.location).toBe(pathUrl);
    expect((await ask(fixture, `${url}/redirect`)).headers.location).toBe(`${url}/echo?a=1`);
    expect((await ask(fixture, `${pathUrl}redirect`)).headers.location).toBe(`${pathUrl}echo?a=1`);
    expect((await ask(fixture, `${pathUrl}rooted`)).headers.location).toBe(`${prefix}echo`);
    const byHost = await ask(fixture, `${url}/cookies`, { headers: { cookie: 'mine=1' } });
    expect(byHost).toMatchObject({ body: 'mine=1', headers: { 'set-cookie': ['a=1; Path=/x', 'b=2'] } });
    expect(byHost.headers).not.toHaveProperty('clear-site-data');
    const byPath = await ask(fixture, `${pathUrl}cookies`, { headers: { cookie: 'jupyter=secret' } });
    // Cookies of other services at this address never reach a sandbox.
    expect(byPath.body).toBe('');
    const set = byPath.headers['set-cookie'] ?? [];
    expect(set.every((cookie) => cookie.startsWith('thaw.') && cookie.includes(`Path=${prefix}`))).toBe(true);
    const cookie = `other=1; ${set.map((text) => text.split(';')[0]).join('; ')}`;
    expect((await ask(fixture, `${pathUrl}cookies`, { headers: { cookie } })).body).toBe('a=1; b=2');
  });

  it('carries 100 MB each way whole, in bounded memory', async () => {
    const part = randomBytes(MIB);
    const whole = createHash('sha256');
    for (let count = 0; count < 100; count += 1) whole.update(part);
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 20);
    try {
      const upload = request({ ...toListener(), path: '/hash', method: 'POST' });
      const answered = once(upload, 'response');
      await pipeline(
        Readable.from(
          (function* () {
            for (let count = 0; count < 100; count += 1) yield part;
          })(),
        ),
        upload,
      );
      const [response] = await answered;
      let text = '';
      for await (const chunk of response) text += String(chunk);
      expect(json(text)).toEqual({ bytes: 100 * MIB, hash: whole.digest('hex') });

      const download = request({ ...toListener(), path: '/large' }).end();
      const [large] = await once(download, 'response');
      let bytes = 0;
      for await (const chunk of large) bytes += chunk.length;
      expect(bytes).toBe(100 * MIB);
    } finally {
      clearInterval(watch);
    }
    expect(most - before).toBeLessThan(80 * MIB);
  });

  it('holds a sandbox back whose client does not read', async () => {
    const slow = request({ ...toListener(), path: '/endless' }).end();
    const [response] = await once(slow, 'response');
    response.pause();
    const sent = async (): Promise<number> => Number((await ask(fixture, `${url}/sent`)).body);
    let last = -1;
    await eventually('the sandbox waits', async () => {
      const now = await sent();
      const stands = now > 0 && now === last;
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return stands;
    });
    expect(last).toBeLessThan(32 * MIB);
    response.destroy();
    await eventually('the exchange is over', () => fixture.server.figures().exchanges === 0);
  });

  it('passes server-sent events as they come', async () => {
    const stream = request({
      ...toListener(),
      path: '/events',
      headers: { host, accept: 'text/event-stream' },
    }).end();
    const [response] = await once(stream, 'response');
    await ask(fixture, `${url}/emit?n=1`);
    const [first] = await once(response, 'data');
    expect(String(first)).toBe('data: /emit?n=1\n\n');
    response.destroy();
  });

  it('carries WebSockets, by host and by path, and a refusal of one', async () => {
    for (const address of [`ws://${fixture.authority}/chat`, `${pathUrl.replace('http', 'ws')}chat`]) {
      const socket = new WebSocket(address, address.includes('/p/') ? {} : { headers: { host } });
      await once(socket, 'open');
      for (const text of ['one', 'two']) {
        socket.send(text);
        const [echo] = await once(socket, 'message');
        expect(String(echo)).toBe(text);
      }
      expect(fixture.server.figures().exchanges).toBe(1);
      socket.close();
      await once(socket, 'close');
      await eventually('the tunnel is over', () => fixture.server.figures().exchanges === 0);
    }
    const refused = new WebSocket(`ws://${fixture.authority}/refuse`, { headers: { host } });
    refused.on('error', () => undefined);
    const [, response] = await once(refused, 'unexpected-response');
    expect(response.statusCode).toBe(403);
    response.resume();
  });

  it('cuts a WebSocket whose link was revoked', async () => {
    const { engine } = fixture;
    await engine.settings.setPublic('box', false, call());
    const signed = await engine.previews.signedUrl('box', 3000, 60, call());
    const socket = new WebSocket(`ws://${fixture.authority}/chat`, {
      headers: { host: new URL(signed.url).host },
    });
    await once(socket, 'open');
    socket.on('error', () => undefined);
    const closed = once(socket, 'close');
    await engine.previews.expire('box', 3000, signed.token, call());
    await closed;
  });

  it('keeps connections for the next request, and lets idle ones go', async () => {
    const agent = new Agent({ keepAlive: true });
    for (let count = 0; count < 50; count += 1) await ask(fixture, `${url}/echo`, { agent });
    agent.destroy();
    expect(fixture.server.figures().pools).toBe(1);
    await eventually('the pool is gone', () => fixture.server.figures().pools === 0);
  });

  it('counts as activity unless it says otherwise', async () => {
    const last = async (): Promise<string> =>
      (await fixture.engine.lifecycle.get('box', call())).lastActivityAt ?? '';
    await ask(fixture, `${url}/echo`);
    const before = await last();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await ask(fixture, `${url}/echo`, { headers: { 'X-Daytona-Skip-Last-Activity-Update': 'true' } });
    expect(await last()).toBe(before);
    await ask(fixture, `${url}/echo`);
    expect(Date.parse(await last())).toBeGreaterThan(Date.parse(before));
  });

  it('reaches python’s server, and shows whose the ports are', async () => {
    const { engine } = fixture;
    await serve(engine, 'box', 8000, {
      file: 'index.html',
      program: '<p>from python</p>',
      run: 'python3 -m http.server 8000',
    });
    const python = await engine.previews.url('box', 8000, call());
    expect((await ask(fixture, `${python.url}/`)).body).toBe('<p>from python</p>');
    const { ports } = await engine.previews.ports('box', call());
    expect(ports).toMatchObject([
      { port: 3000, addresses: ['127.0.0.1'], process: 'node', command: 'node app.cjs 3000' },
      {
        port: 8000,
        addresses: ['0.0.0.0'],
        process: 'python3',
        command: 'python3 -m http.server 8000',
      },
    ]);
  });
});
