/** Takes the handshakes of WebSockets to the toolbox. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../clock.ts';
import { ThawError } from '../../errors.ts';
import { type PacedSocket, paceSocket } from '../../http/web-socket.ts';

const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Names of subprotocols that a client offers, in its order. */
export const offeredProtocols = (request: Pick<IncomingMessage, 'headers'>): readonly string[] =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').flatMap((name) => name.trim() || []);

/** Clients break off unless one of what they offer comes back; one that carries data is the last choice. */
function chooseProtocol(offered: ReadonlySet<string>): string | false {
  const names = [...offered];
  return names.find((name) => !name.startsWith('X-Daytona-Pty-Envs~')) ?? names[0] ?? false;
}

export interface SocketAcceptor {
  /** Answers the handshake. Rejects with `invalid_argument` when it is none; then the connection is over. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<PacedSocket>;
  /** How many are open. */
  readonly size: () => number;
  /** Cuts all of them. */
  close(): void;
}

export function socketAcceptor(clock: Clock): SocketAcceptor {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: chooseProtocol,
  });
  return {
    async accept(request, duplex, head) {
      return await new Promise<PacedSocket>((resolve, reject) => {
        const fail = (): void =>
          reject(new ThawError('invalid_argument', 'The WebSocket handshake is not complete.'));
        duplex.once('close', fail);
        server.handleUpgrade(request, duplex, head, (socket) => {
          duplex.off('close', fail);
          resolve(paceSocket(socket, clock));
        });
      });
    },
    size: () => server.clients.size,
    close() {
      for (const client of server.clients) client.terminate();
    },
  };
}
