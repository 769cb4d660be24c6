/** MCP over a local socket (unix socket or named pipe): newline-delimited JSON-RPC, as on standard input and output. */
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Connections } from './connections.ts';
import { LineTransport } from './line-transport.ts';

export interface SocketServerOptions {
  readonly path: string;
  readonly connections: Connections;
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

function accept(socket: Socket, { connections, maxClients, clock, log }: SocketServerOptions): void {
  if (connections.size >= maxClients) {
    log.warn({ maxClients }, 'client turned away');
    turnAway(socket, maxClients);
    return;
  }
  connections.serve(new LineTransport({ input: socket, output: socket, clock })).catch((error: unknown) => {
    log.error({ err: error }, 'connection could not be served');
    socket.destroy();
  });
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
  const server = createServer({ allowHalfOpen: true }, (socket) => accept(socket, options));
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
