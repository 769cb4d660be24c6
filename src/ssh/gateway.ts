/** The SSH gateway: listens, admits the holders of tokens, and ends with every connection closed. */
import { createServer, type Server, type Socket } from 'node:net';
import type { ServerConfig } from 'ssh2';
import type { AdmitToken, SshEndpoint } from '../backend/sandbox-access.ts';
import type { Logger } from '../log.ts';
import { serveConnection } from './connection.ts';
import { loadHostKey } from './host-key.ts';
import { limits } from './limits.ts';

export interface GatewayOptions {
  readonly host: string;
  /** Wanted; when something else listens there, a free one is taken. 0 for any. */
  readonly port: number;
  /** Holds the host key. */
  readonly stateDir: string;
  readonly admit: AdmitToken;
  readonly log: Logger;
}

export interface SshGateway {
  readonly endpoint: SshEndpoint;
  /** Connections whose token was valid. */
  readonly visitors: number;
  close(): Promise<void>;
}

/** Modern algorithms that OpenSSL has in hardware or fast code; every client of the last ten years has some of each. */
const algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'diffie-hellman-group16-sha512',
  ],
  serverHostKey: ['ssh-ed25519'],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} as const;

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: limits.strangers }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/** Throws the errno of what could not be listened to, and `setup_failed` for a damaged host key. */
export async function openGateway({ host, port, stateDir, admit, log }: GatewayOptions): Promise<SshGateway> {
  const key = loadHostKey(stateDir);
  const config: ServerConfig = {
    hostKeys: [key.privateKey],
    ident: 'Thaw',
    algorithms: {
      kex: [...algorithms.kex],
      serverHostKey: [...algorithms.serverHostKey],
      cipher: [...algorithms.cipher],
      hmac: [...algorithms.hmac],
      compress: [...algorithms.compress],
    },
  };
  const strangers = new Set<Socket>();
  const visitors = new Set<Socket>();
  const accept = (socket: Socket): void => {
    if (strangers.size >= limits.strangers || strangers.size + visitors.size >= limits.connections) {
      socket.destroy();
      return;
    }
    strangers.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => {
      strangers.delete(socket);
      visitors.delete(socket);
    });
    const onAdmitted = (): void => {
      strangers.delete(socket);
      visitors.add(socket);
    };
    serveConnection(socket, { config, admit, log, onAdmitted });
  };
  const server = createServer(accept);
  const bound = await listen(server, host, port).catch(async (error: unknown) => {
    if (!isTaken(error) || port === 0) throw error;
    const other = await listen(server, host, 0);
    log.warn({ wanted: port, port: other }, 'the SSH port is taken; another one is used');
    return other;
  });
  server.on('error', (error) => log.warn({ err: error }, 'SSH gateway'));
  return {
    endpoint: { host, port: bound, hostKey: key.publicKey },
    get visitors() {
      return visitors.size;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of [...strangers, ...visitors]) socket.destroy();
      await closed;
    },
  };
}
