/** What the listeners of an owner share: bounds of their servers, the way to a free port, and the sockets that are open. */
import { createServer, type Server, type ServerOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '../log.ts';

const MAX_CONNECTIONS = 1_024;
const MAX_HEADER_BYTES = 32 * 1024;
const HEADERS_MS = 20_000;

export interface ServerBounds {
  /** For a whole request with its body; 0 for any time. */
  readonly requestMs: number;
  /** For a connection without a request. */
  readonly keepAliveMs: number;
  /** For a connection without a byte either way. */
  readonly idleMs: number;
}

/** A server that listens nowhere yet, and the sockets that clients have open to it. */
export function makeServer({ requestMs, keepAliveMs, idleMs }: ServerBounds): {
  readonly server: Server;
  readonly sockets: ReadonlySet<Duplex>;
} {
  const options: ServerOptions = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_MS,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    insecureHTTPParser: false,
    noDelay: true,
  };
  const server = createServer(options);
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = idleMs;
  const sockets = new Set<Duplex>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return { server, sockets };
}

const isInUse = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return address === null || typeof address === 'string' ? port : address.port;
}

export interface ListenOptions {
  readonly host: string;
  /** Another one is taken when it is in use; 0 for any. */
  readonly port: number;
  readonly log: Logger;
}

/** The port that it listens on. `what` names the port in the log. Rejects with the errno of listen(2). */
export async function listenSomewhere(
  server: Server,
  { host, port, log }: ListenOptions,
  what: string,
): Promise<number> {
  try {
    return await listen(server, host, port);
  } catch (error) {
    if (port === 0 || !isInUse(error)) throw error;
    const found = await listen(server, host, 0);
    log.warn({ wanted: port, port: found }, `${what} is in use; another one is taken`);
    return found;
  }
}
