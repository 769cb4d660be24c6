/** MCP over a local socket (unix socket or named pipe): newline-delimited JSON-RPC, as on standard input and output. */
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { ThawError, toThawError } from '../errors.ts';
import { hostAccess } from '../host-files/host-access.ts';
import type { Logger } from '../log.ts';
import type { Catalogue } from './catalogue.ts';
import type { Connections } from './connections.ts';
import { type ConnectionSettings, readFirstLine } from './handshake.ts';
import { LineTransport } from './line-transport.ts';
import { refuseConnection } from './refuse-connection.ts';
import type { Surfaces } from './surfaces.ts';

export interface SocketServerOptions {
  readonly path: string;
  readonly connections: Connections;
  /** What connections with settings of their own are offered. Without it all are offered the same. */
  readonly surfaces?: Surfaces;
  /** Directories of this machine that connections without a list of their own may use; null: none. */
  readonly hostPaths?: string | null;
  /** More than these are turned away. */
  readonly maxClients: number;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface SocketServer {
  /** Stops listening; open connections stay. */
  close(): Promise<void>;
}

function turnAway(socket: Socket, maxClients: number): void {
  const error = {
    code: -32_000,
    message: `Thaw already serves ${maxClients} clients. Close one and try again.`,
  };
  socket.on('error', () => socket.destroy());
  socket.end(`${JSON.stringify({ jsonrpc: '2.0', id: null, error })}\n`);
  socket.resume();
}

/** The catalogue that a connection's own settings leave, or why they leave none. */
function catalogueFor(surfaces: Surfaces | undefined, settings: ConnectionSettings): Catalogue | ThawError {
  try {
    if (surfaces !== undefined) return surfaces.for(settings);
    throw new ThawError('unsupported', 'This server takes no settings from its connections.');
  } catch (error) {
    return toThawError(error);
  }
}

/** Serves one peer from its first bytes on. Resolves when a server listens to it, or it is gone. */
async function open(socket: Socket, options: SocketServerOptions): Promise<void> {
  const { connections, surfaces, clock, log } = options;
  const first = await readFirstLine(socket);
  if (first === 'gone') {
    socket.destroy();
    return;
  }
  const transport = new LineTransport({ input: socket, output: socket, clock });
  const settings = first instanceof ThawError ? {} : (first ?? {});
  const hostPaths = settings.hostPaths ?? options.hostPaths ?? null;
  const own = hostPaths === null ? {} : { host: hostAccess(hostPaths) };
  if (first === null) {
    await connections.serve(transport, own);
    return;
  }
  const catalogue = first instanceof ThawError ? first : catalogueFor(surfaces, first);
  if (catalogue instanceof ThawError) await refuseConnection(transport, catalogue, log);
  else await connections.serve(transport, { ...own, catalogue });
}

/** Takes peers in and turns those away that are too many; a peer that has said nothing yet counts. */
function acceptor(options: SocketServerOptions): (socket: Socket) => void {
  const { connections, maxClients, log } = options;
  let opening = 0;
  return (socket) => {
    if (connections.size + opening >= maxClients) {
      log.warn({ maxClients }, 'client turned away');
      turnAway(socket, maxClients);
      return;
    }
    opening += 1;
    open(socket, options)
      .catch((error: unknown) => {
        log.error({ err: error }, 'connection could not be served');
        socket.destroy();
      })
      .finally(() => {
        opening -= 1;
      });
  };
}

const listen = (server: NetServer, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** Rejects with the errno of listen(2) when the path cannot be bound. */
export async function openSocketServer(options: SocketServerOptions): Promise<SocketServer> {
  // Half-open, so that a peer that ended its requests still gets their answers.
  const server = createServer({ allowHalfOpen: true }, acceptor(options));
  await listen(server, options.path);
  server.on('error', (error) => options.log.error({ err: error }, 'socket server failed'));
  return {
    close: () =>
      new Promise((resolve) => {
        // Resolves at once: the callback of close waits for open connections, which have their own end.
        server.close();
        resolve();
      }),
  };
}
