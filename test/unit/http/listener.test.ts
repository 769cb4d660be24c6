/** The HTTP listener: which service gets a request, who is refused, what bodies may be, how it ends. */
import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { isThawError } from '../../../src/errors.ts';
import { answerJson, refuseJson } from '../../../src/http/answer.ts';
import { readJson } from '../../../src/http/body.ts';
import { type HttpListener, healthService, openHttpListener } from '../../../src/http/listener.ts';
import type { HttpService } from '../../../src/http/service.ts';
import { silentLogger } from '../../../src/log.ts';
import { head, sendRaw } from '../../support/raw-http.ts';

const named = (prefix: string, more: Partial<HttpService> = {}): HttpService => ({
  prefix,
  handle: async (_request, response) => answerJson(response, 200, { service: prefix }),
  ...more,
});

const echo: HttpService = named('/echo', {
  handle: async (request, response) => {
    try {
      answerJson(response, 200, {
        got: await readJson(request, { maxBytes: 1_000, deadlineMs: 300, clock: systemClock }),
      });
    } catch (error) {
      if (!isThawError(error)) throw error;
      refuseJson(request, response, error.httpStatus, { code: error.code });
    }
  },
});

const open = new Set<HttpListener>();
afterEach(async () => {
  await Promise.all([...open].map((listener) => listener.close()));
  open.clear();
});

async function listen(services: readonly HttpService[], port = 0): Promise<HttpListener> {
  const listener = await openHttpListener({
    host: '127.0.0.1',
    port,
    allowedHosts: ['thaw.example.com', 'other.example.com:8443'],
    allowedOrigins: ['https://app.example.com'],
    services,
    log: silentLogger(),
  });
  open.add(listener);
  return listener;
}

async function ask(listener: HttpListener, path: string, headers: Readonly<Record<string, string>> = {}) {
  return (
    await sendRaw(listener.port, [head(`GET ${path}`, { host: `127.0.0.1:${listener.port}`, ...headers })])
  ).status;
}

describe('a request', () => {
  it('goes to the service with the longest prefix', async () => {
    const { url } = await listen([healthService, named('/api'), named('/api/socket.io'), named('/mcp')]);
    const served = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
    expect(await served('/api')).toEqual({ service: '/api' });
    expect(await served('/api/sandbox?limit=1')).toEqual({ service: '/api' });
    expect(await served('/api/socket.io/?EIO=4')).toEqual({ service: '/api/socket.io' });
    expect((await fetch(`${url}/apiary`)).status).toBe(404);
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect(await served('/healthz')).toEqual({ status: 'ok' });
    expect((await fetch(`${url}/healthz`, { method: 'POST' })).status).toBe(405);
  });

  it('is answered with 500 and no reason when its service fails', async () => {
    const failing = named('/f', { handle: () => Promise.reject(new Error('a secret at /home/x')) });
    const { url } = await listen([failing]);
    const response = await fetch(`${url}/f`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
  });

  it('is refused with a host name that is not served', async () => {
    const listener = await listen([named('/mcp'), named('/api', { anyOrigin: true })]);
    const status = (host: string, path = '/mcp') => ask(listener, path, { host });
    for (const host of [
      'localhost',
      'LOCALHOST:1',
      '127.0.0.1',
      '[::1]:80',
      'thaw.example.com:9',
      'other.example.com:8443',
    ])
      expect([host, await status(host)]).toEqual([host, 200]);
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.nip.io',
      'other.example.com',
      'localhost@evil.example',
      'localhost/evil',
      '127.0.0.2',
      'a.localhost',
    ]) {
      expect([host, await status(host)]).toEqual([host, 403]);
      expect([host, await status(host, '/api')]).toEqual([host, 403]);
    }
    expect(await ask(listener, 'http://evil.example/mcp')).toBe(404);
  });

  it('is refused when a foreign web page sends it, but for services that see to that themselves', async () => {
    const listener = await listen([named('/mcp'), named('/api', { anyOrigin: true })]);
    const status = (origin: string, path = '/mcp') => ask(listener, path, { origin });
    const { url, port } = listener;
    expect(await status(url)).toBe(200);
    expect(await status('https://app.example.com')).toBe(200);
    for (const origin of [
      'http://evil.example',
      'null',
      `http://localhost:${port}`,
      `http://127.0.0.1:${port + 1}`,
      `http://127.0.0.1:${port}.evil.example`,
      'http://app.example.com',
    ]) {
      expect([origin, await status(origin)]).toEqual([origin, 403]);
      expect([origin, await status(origin, '/api')]).toEqual([origin, 200]);
    }
  });
});

describe('a body', () => {
  const post = (listener: HttpListener, body: string, headers: Readonly<Record<string, string>>) =>
    sendRaw(listener.port, [head('POST /echo', { host: 'localhost', ...headers }), body]);

  it('is read as JSON', async () => {
    const listener = await listen([echo]);
    expect((await post(listener, '{"a":1}', { 'content-length': '7' })).text).toContain('{"got":{"a":1}}');
    expect((await post(listener, '{"a":', { 'content-length': '5' })).status).toBe(400);
    expect((await post(listener, '', {})).text).toContain('{}');
  });

  it('is refused when it is announced or turns out to be too large, or comes too slowly', async () => {
    const listener = await listen([echo]);
    const large = 'x'.repeat(5_000);
    expect((await post(listener, large, { 'content-length': '5000' })).status).toBe(413);
    const chunked = `${(5_000).toString(16)}\r\n${large}\r\n`;
    expect((await post(listener, chunked, { 'transfer-encoding': 'chunked' })).status).toBe(413);
    expect((await post(listener, '{"a"', { 'content-length': '100' })).status).toBe(408);
  });

  it('with two lengths is refused', async () => {
    const listener = await listen([echo]);
    const smuggled = head('POST /echo', {
      host: 'localhost',
      'content-length': '4',
      'transfer-encoding': 'chunked',
    });
    expect((await sendRaw(listener.port, [smuggled, '0\r\n\r\n'])).status).toBe(400);
  });
});

describe('the listener', () => {
  it('takes a free port when its own is in use', async () => {
    const first = await listen([]);
    const second = await listen([], first.port);
    expect(second.port).not.toBe(first.port);
  });

  it('refuses upgrades that no service takes, and headers that are too large', async () => {
    const listener = await listen([named('/mcp')]);
    const upgrade = { host: 'localhost', connection: 'upgrade', upgrade: 'websocket' };
    expect((await sendRaw(listener.port, [head('GET /mcp', upgrade)])).status).toBe(426);
    expect((await sendRaw(listener.port, [head('GET /none', upgrade)])).status).toBe(404);
    expect(await ask(listener, '/mcp', { 'x-large': 'x'.repeat(40_000) })).toBe(431);
  });

  it('lets a request end when it closes, and cuts one that does not', async () => {
    let finish: () => void = () => {};
    const slow = named('/slow', {
      handle: async (_request, response) => {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        answerJson(response, 200, {});
      },
    });
    const stuck = named('/stuck', { handle: () => new Promise(() => {}) });
    const listener = await listen([slow, stuck]);
    const answered = fetch(`${listener.url}/slow`).then(({ status }) => status);
    const cut = new Promise<string>((resolve) => {
      httpRequest(`${listener.url}/stuck`)
        .on('error', () => resolve('cut'))
        .end();
    });
    await expect.poll(() => listener.connections).toBe(2);
    await expect.poll(() => listener.requests).toBe(2);
    const closed = listener.close();
    finish();
    expect(await answered).toBe(200);
    expect(await cut).toBe('cut');
    await closed;
    await expect.poll(() => listener.connections).toBe(0);
  });
});
