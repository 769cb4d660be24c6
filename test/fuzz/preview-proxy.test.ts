/**
 * 10,000 requests that are malformed, ambiguous or meant to get in, against the preview proxy: nobody gets in, nothing of
 * them reaches the sandbox's server unasked, and the proxy holds neither memory nor descriptors afterwards.
 */
import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PreviewTarget } from '../../src/backend/preview-target.ts';
import { systemClock } from '../../src/clock.ts';
import { silentLogger } from '../../src/log.ts';
import { openPreviewServer, type PreviewServer } from '../../src/preview/server.ts';

const ID = '6f1d7f0e-6f3c-4a55-9c0e-0d7a3d1c2b3a';
const TOKEN = 'abcdefghijklmnopqrstuvwxyz012345';
const REQUESTS = 10_000;
const BATCH = 50;
const MIB = 1024 * 1024;

/** What the sandbox's server was asked for. */
const reached: string[] = [];
let application: Server;
let proxy: PreviewServer;
let port: number;

const portOf = (server: { address(): AddressInfo | string | null }): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

function target(applicationPort: number): PreviewTarget {
  const opens = (token: string | null): boolean => token === TOKEN;
  return {
    admit: ({ name, port: wanted }, { bearer, header, query, cookies }) => {
      if (name !== ID) return { kind: 'unknown' };
      if (![bearer, header, query, ...cookies].some(opens)) return { kind: 'denied' };
      const grant = { sandboxId: ID, port: wanted, generation: 0, wakes: false } as const;
      return { kind: 'granted', grant: { ...grant, state: 'started', proof: 'header' } };
    },
    dial: () =>
      new Promise<Duplex>((resolve, reject) => {
        const socket = connect(applicationPort, '127.0.0.1', () => resolve(socket));
        socket.once('error', reject);
      }),
    ports: async () => [],
    wake: async (grant) => await Promise.resolve(grant),
    touch: () => undefined,
    token: () => TOKEN,
  };
}

beforeAll(async () => {
  application = createServer((request, response) => {
    reached.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => response.end('in'));
  });
  await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
  const previews = target(portOf(application));
  proxy = await openPreviewServer({
    host: '127.0.0.1',
    port: 0,
    domain: 'localhost',
    target: () => previews,
    clock: systemClock,
    log: silentLogger(),
  });
  port = proxy.base.listenPort;
});
afterAll(async () => {
  await proxy.close();
  application.closeAllConnections();
  await new Promise((resolve) => application.close(resolve));
});

/** Sends the bytes and answers all that comes back until the proxy ends the connection, or a while after nothing more comes. */
function send(bytes: Buffer, patienceMs = 150): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const end = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(patienceMs, end);
    socket.on('data', (part) => {
      text += part.toString('latin1');
    });
    socket.on('error', end);
    socket.on('close', end);
    socket.write(bytes);
  });
}

const HOST = `3000-${ID}.localhost`;
const valid = (extra = ''): string => `GET / HTTP/1.1\r\nHost: ${HOST}\r\n${extra}\r\n`;

/** Pieces that parsers of HTTP disagree about. */
const line = fc.constantFrom(
  'Transfer-Encoding: chunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding:\tchunked',
  'transfer_encoding: chunked',
  'Content-Length: 5',
  'Content-Length: 0',
  'Content-Length: -1',
  'Content-Length: +5',
  'Content-Length: 5, 6',
  'Content-Length: 99999999999999999999',
  `Host: ${HOST}`,
  'Host: evil.example',
  'Host:',
  'Connection: content-length',
  'Connection: host, cookie',
  'Connection: upgrade',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Expect: 100-continue',
  'Expect: nonsense',
  ` folded: ${TOKEN.slice(1)}`,
  'X\0Y: 1',
  'X: a\0b',
  'X: a\rb',
  ': empty',
  'no colon',
  `X-Daytona-Preview-Token: ${TOKEN.toUpperCase()}`,
  `X-Daytona-Preview-Token: ${TOKEN},${TOKEN}`,
  `X-Daytona-Preview-Token: ${TOKEN.slice(0, -1)}`,
  'Authorization: Bearer',
  `Authorization: Basic ${TOKEN}`,
  `Cookie: daytona-sandbox-auth-${ID}=`,
  `Cookie: xdaytona-sandbox-auth-${ID}=${TOKEN}`,
  `X: ${'y'.repeat(40_000)}`,
);
const start = fc.constantFrom(
  'GET / HTTP/1.1',
  'GET  / HTTP/1.1',
  'GET / HTTP/1.0',
  'GET / HTTP/2.0',
  'GET /\0 HTTP/1.1',
  'GET * HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'GET http://evil.example/ HTTP/1.1',
  `GET http://${HOST}/ HTTP/1.1`,
  'CONNECT 127.0.0.1:22 HTTP/1.1',
  'CONNECT / HTTP/1.1',
  'POST / HTTP/1.1',
  'PRI * HTTP/2.0',
  'get / http/1.1',
  `GET /?daytona_sandbox_auth_key=${TOKEN} HTTP/1.1`,
  `GET /?x=DAYTONA_SANDBOX_AUTH_KEY=${TOKEN} HTTP/1.1`,
  `GET /p/${ID}/3000/ HTTP/1.1`,
  `GET /p/${ID}/03000/ HTTP/1.1`,
  `GET /p/../p/${ID}/3000/ HTTP/1.1`,
  `GET /p/${ID}%2f3000/ HTTP/1.1`,
  `GET /${'a'.repeat(40_000)} HTTP/1.1`,
);
const host = fc.constantFrom(
  HOST,
  HOST.toUpperCase(),
  `0-${ID}.localhost`,
  `65536-${ID}.localhost`,
  `3000-${ID}.localhost.evil.example`,
  `3000-${ID}.localhost:99999`,
  '127.0.0.1',
  '[::1]',
  'a@b',
  '',
);
const body = fc.oneof(
  fc.constantFrom(
    '',
    '5\r\nhello\r\n0\r\n\r\n',
    '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n',
    'hello',
    'fffffffffffffffff\r\n',
  ),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);
const attempt = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(
      start,
      host,
      fc.array(line, { maxLength: 5 }),
      body,
      fc.constantFrom('\r\n', '\r\n', '\r\n', '\n'),
    ),
  },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 600 }) },
);
const toBytes = (value: Uint8Array | [string, string, string[], string, string]): Buffer => {
  if (value instanceof Uint8Array) return Buffer.from(value);
  const [first, name, lines, rest, newline] = value;
  return Buffer.from(
    `${[first, `Host: ${name}`, ...lines].join(newline)}${newline}${newline}${rest}`,
    'latin1',
  );
};

const descriptors = (): number => readdirSync('/proc/self/fd').length;

it('survives 10,000 of them, lets nobody in and holds nothing', { timeout: 120_000 }, async () => {
  expect(
    await send(Buffer.from(valid(`X-Daytona-Preview-Token: ${TOKEN}\r\nConnection: close\r\n`)), 5_000),
  ).toContain('200 OK');
  expect(reached.splice(0)).toEqual(['GET /']);
  const attempts = fc.sample(attempt, { numRuns: REQUESTS, seed: 7 }).map(toBytes);
  const run = async (from: number, to: number): Promise<void> => {
    for (let at = from; at < to; at += BATCH) {
      const answers = await Promise.all(
        attempts.slice(at, Math.min(at + BATCH, to)).map((bytes) => send(bytes)),
      );
      for (const answer of answers) expect(answer).not.toMatch(/HTTP\/1\.[01] (?:2|101)/);
    }
  };
  // The first tenth fills caches and lets the heap grow to its size.
  await run(0, REQUESTS / 10);
  globalThis.gc?.();
  const before = { memory: process.memoryUsage().heapUsed, descriptors: descriptors() };
  await run(REQUESTS / 10, REQUESTS);
  expect(reached).toEqual([]);
  expect(proxy.figures().exchanges).toBe(0);
  globalThis.gc?.();
  expect(process.memoryUsage().heapUsed - before.memory).toBeLessThan(48 * MIB);
  await expect.poll(descriptors, { timeout: 10_000 }).toBeLessThanOrEqual(before.descriptors + 5);
  expect(
    await send(Buffer.from(valid(`X-Daytona-Preview-Token: ${TOKEN}\r\nConnection: close\r\n`)), 5_000),
  ).toContain('200 OK');
});

it('passes on no second request that hides in the first, whoever sends it', { timeout: 60_000 }, async () => {
  reached.splice(0);
  const token = `X-Daytona-Preview-Token: ${TOKEN}\r\n`;
  const hidden = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
  const framings = [
    `Content-Length: ${hidden.length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    `Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n${hidden}`,
    `Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${hidden}`,
    `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`,
    `Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    `Connection: content-length\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    `Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    `Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n${hidden}`,
    `Transfer-Encoding: chunked\r\n\r\n5;a="\r\nhello\r\n0\r\n\r\n${hidden}`,
  ];
  for (const framing of framings)
    await send(Buffer.from(`POST /outer HTTP/1.1\r\nHost: ${HOST}\r\n${token}${framing}`), 300);
  expect(reached.filter((request) => request.includes('smuggled'))).toEqual([]);
});

it('takes no ambiguous request for two, with a token that opens', { timeout: 60_000 }, async () => {
  reached.splice(0);
  const token = `X-Daytona-Preview-Token: ${TOKEN}`;
  const admitted = fc.tuple(start, fc.array(line, { maxLength: 2 }), body).map(([first, lines, rest]) => {
    return toBytes([first, HOST, [token, ...lines], rest, '\r\n']);
  });
  const attempts = fc.sample(admitted, { numRuns: 1_500, seed: 11 });
  for (let at = 0; at < attempts.length; at += BATCH)
    await Promise.all(attempts.slice(at, at + BATCH).map((bytes) => send(bytes)));
  expect(reached.length).toBeGreaterThan(20);
  expect(reached.filter((request) => request.includes('smuggled'))).toEqual([]);
  await expect.poll(() => proxy.figures().exchanges, { timeout: 10_000 }).toBe(0);
});

it('is not held up by clients that send their header slowly, nor by a crowd of connections', {
  timeout: 60_000,
}, async () => {
  const idle = Array.from({ length: 600 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  for (const socket of idle) socket.write('GET / HT');
  expect(
    await send(Buffer.from(valid(`X-Daytona-Preview-Token: ${TOKEN}\r\nConnection: close\r\n`)), 5_000),
  ).toContain('200 OK');
  for (const socket of idle) socket.destroy();
});

it('tells a server that answers with more than a header may have as broken', {
  timeout: 30_000,
}, async () => {
  const flood = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(MIB)}\r\n\r\n`));
  });
  await new Promise<void>((resolve) => flood.listen(0, '127.0.0.1', resolve));
  const previews = target(portOf(flood));
  const other = await openPreviewServer({
    host: '127.0.0.1',
    port: 0,
    domain: 'localhost',
    target: () => previews,
    clock: systemClock,
    log: silentLogger(),
  });
  try {
    const response = await fetch(`http://127.0.0.1:${other.base.listenPort}/p/${ID}/3000/`, {
      headers: { 'x-daytona-preview-token': TOKEN },
    });
    expect(response.status).toBe(502);
  } finally {
    await other.close();
    await new Promise((resolve) => flood.close(resolve));
  }
});
