/** An engine with the preview proxy in front of it, and servers inside its sandboxes. */
import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { onTestFinished } from 'vitest';
import type { PreviewBase } from '../../src/backend/preview-address.ts';
import { systemClock } from '../../src/clock.ts';
import type { Engine } from '../../src/engine/options.ts';
import { silentLogger } from '../../src/log.ts';
import { openPreviewServer, type PreviewServer } from '../../src/preview/server.ts';
import { call, type EngineChange, eventually, openTestEngine } from './open-engine.ts';

export interface PreviewFixture {
  readonly engine: Engine;
  readonly server: PreviewServer;
  /** Host and port of the listener. */
  readonly authority: string;
}

export async function openPreviews(change: EngineChange = {}, domain = 'localhost'): Promise<PreviewFixture> {
  let base: PreviewBase | null = null;
  let target: Engine | null = null;
  const engine = await openTestEngine({ ...change, previewBase: () => base });
  target = engine;
  const server = await openPreviewServer({
    host: '127.0.0.1',
    port: 0,
    domain,
    target: () => target?.previewTarget ?? null,
    clock: systemClock,
    log: silentLogger(),
  });
  base = server.base;
  onTestFinished(() => server.close());
  return { engine, server, authority: `127.0.0.1:${server.base.listenPort}` };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Ask extends Pick<RequestOptions, 'method' | 'agent'> {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Names below localhost do not resolve everywhere, so the connection goes to the listener and the name into the header. */
export function ask({ server }: PreviewFixture, url: string, options: Ask = {}): Promise<Answer> {
  const { host, pathname, search } = new URL(url);
  const { body, headers, ...rest } = options;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: server.base.listenPort,
        path: `${pathname}${search}`,
        headers: { ...headers, host },
        agent: false,
        ...rest,
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts).toString(),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Writes a program into the sandbox, runs it in the background, and waits until it listens on the port. */
export async function serve(
  engine: Engine,
  sandbox: string,
  port: number,
  { file, program, run }: { readonly file: string; readonly program: string; readonly run: string },
): Promise<void> {
  await engine.files.write(sandbox, { path: file, content: program }, call());
  await engine.exec.exec(
    sandbox,
    { command: `setsid ${run} </dev/null >${file}.log 2>&1 & disown 2>/dev/null; true` },
    call(),
  );
  await eventually(`something listens on port ${port}`, async () => {
    const { ports } = await engine.previews.ports(sandbox, call());
    return ports.some((entry) => entry.port === port);
  });
}

/** A server of Node that answers by its path; what the tests need of an application. */
export const APPLICATION = `
const http = require('node:http');
const crypto = require('node:crypto');
const routes = {
  '/echo': (req, res) => res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers })),
  '/hash': (req, res) => {
    const hash = crypto.createHash('sha256'); let bytes = 0;
    req.on('data', (part) => { hash.update(part); bytes += part.length; });
    req.on('end', () => res.end(JSON.stringify({ bytes, hash: hash.digest('hex') })));
  },
  '/large': (req, res) => {
    const part = Buffer.alloc(65536, 'x'); let left = 1600; res.setHeader('x-pid', process.pid);
    const more = () => { while (left > 0) { left -= 1; if (!res.write(part)) { res.once('drain', more); return; } } res.end(); };
    more();
  },
  '/sent': (req, res) => res.end(String(sent)),
  '/endless': (req, res) => { const part = Buffer.alloc(65536, 'x'); const more = () => { for (;;) { sent += part.length; if (!res.write(part)) { res.once('drain', more); return; } } }; more(); },
  '/events': (req, res) => { res.writeHead(200, { 'content-type': 'text/event-stream' }); res.flushHeaders(); events.push(res); },
  '/emit': (req, res) => { for (const stream of events) stream.write('data: ' + req.url + '\\n\\n'); res.end('ok'); },
  '/redirect': (req, res) => { res.writeHead(302, { location: 'http://localhost:' + PORT + '/echo?a=1' }); res.end(); },
  '/rooted': (req, res) => { res.writeHead(302, { location: '/echo' }); res.end(); },
  '/cookies': (req, res) => { res.setHeader('set-cookie', ['a=1; Domain=localhost; Path=/x', 'daytona-sandbox-auth-evil=1', 'b=2']); res.setHeader('clear-site-data', '"*"'); res.end(req.headers.cookie ?? ''); },
  '/drop': (req, res) => req.socket.destroy(),
  '/nonsense': (req, res) => req.socket.end('HTTP/1.1 banana\\r\\n\\r\\n'),
  '/cut': (req, res) => { res.writeHead(200, { 'content-length': '100' }); res.write('half'); setTimeout(() => req.socket.destroy(), 20); },
};
const PORT = Number(process.argv[2]);
let sent = 0; const events = [];
const server = http.createServer((req, res) => { const route = routes[req.url.split('?')[0]]; if (route) route(req, res); else { res.statusCode = 404; res.end('no route'); } });
server.on('upgrade', (req, socket) => {
  const accept = crypto.createHash('sha1').update(req.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  if (req.url.startsWith('/refuse')) { socket.end('HTTP/1.1 403 Forbidden\\r\\ncontent-length: 2\\r\\nconnection: close\\r\\n\\r\\nno'); return; }
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  // Frames come masked and short in the tests: unmask, and send back.
  socket.on('data', (frame) => {
    const opcode = frame[0] & 15; if (opcode === 8) { socket.end(Buffer.from([0x88, 0])); return; }
    const length = frame[1] & 127; const mask = frame.subarray(2, 6); const body = Buffer.from(frame.subarray(6, 6 + length)).map((byte, at) => byte ^ mask[at % 4]);
    socket.write(Buffer.concat([Buffer.from([0x81, length]), body]));
  });
  socket.on('error', () => socket.destroy());
});
server.listen(PORT, process.argv[3] ?? '127.0.0.1');
`;

export const serveApplication = (engine: Engine, sandbox: string, port: number): Promise<void> =>
  serve(engine, sandbox, port, { file: 'app.cjs', program: APPLICATION, run: `node app.cjs ${port}` });
