/** Stands between an owner and its Docker Engine, and can make new requests to it fail, as an engine in trouble does. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { DockerEndpoint } from '../../src/engine/docker/endpoint.ts';

/** `failing`: the engine answers every request with 500. `gone`: nobody answers. Streams that are open go on in both. */
export type DockerHealth = 'well' | 'failing' | 'gone';

export interface DockerRelay {
  /** In the form of DOCKER_HOST. */
  readonly host: string;
  setHealth(health: DockerHealth): void;
  close(): Promise<void>;
}

const dial = (endpoint: DockerEndpoint): Duplex => {
  if (endpoint.kind === 'socket') return connect(endpoint.path);
  const { host, port, tls } = endpoint;
  return tls === undefined ? connect(port, host) : connectTls({ host, port, ...tls });
};

function pass(endpoint: DockerEndpoint, from: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = from;
  const onward = request({ method, path: url, headers, createConnection: () => dial(endpoint) }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  from.pipe(onward);
}

function passUpgrade(endpoint: DockerEndpoint, from: IncomingMessage, socket: Duplex, head: Buffer): void {
  const onward = dial(endpoint);
  const fields = from.rawHeaders.map((text, index) => text + (index % 2 === 0 ? ': ' : '\r\n'));
  onward.write(`${from.method} ${from.url} HTTP/1.1\r\n${fields.join('')}\r\n`);
  onward.write(head);
  socket.pipe(onward).pipe(socket);
  for (const [one, other] of [
    [socket, onward],
    [onward, socket],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}

export async function dockerRelay(endpoint: DockerEndpoint): Promise<DockerRelay> {
  let health: DockerHealth = 'well';
  const sockets = new Set<Socket>();
  const server = createServer((from, response) => {
    if (health === 'well') pass(endpoint, from, response);
    else if (health === 'gone') from.socket.destroy();
    else {
      from.resume();
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: 'no space left on device' }));
    }
  });
  server.on('upgrade', (from, socket, head) => {
    if (health === 'well') passUpgrade(endpoint, from, socket, head);
    else socket.destroy();
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay listens on no port');
  return {
    host: `tcp://127.0.0.1:${address.port}`,
    setHealth: (next) => {
      health = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
