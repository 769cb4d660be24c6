/** One TCP connection to the gateway, from its first byte: the token comes before everything else. */
import type { Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ServerConfig } from 'ssh2';
import type { AdmitToken, SandboxAccess } from '../backend/sandbox-access.ts';
import type { Logger } from '../log.ts';
import { serveForwarding } from './forwarding.ts';
import { limits } from './limits.ts';
import { serveRemoteForwarding } from './remote-forwarding.ts';
import { serveSession } from './session.ts';
import { Visitor } from './visitor.ts';

export interface ConnectionParts {
  readonly config: ServerConfig;
  readonly admit: AdmitToken;
  readonly log: Logger;
  /** Called once, when a valid token was shown. */
  readonly onAdmitted: () => void;
}

/** Serves a socket. Whatever its peer sends, the worst that comes of it is the end of this connection. */
export function serveConnection(socket: Socket, parts: ConnectionParts): void {
  const { config, log } = parts;
  const login = new AbortController();
  const timer = setTimeout(() => socket.destroy(), limits.loginMs);
  socket.once('close', () => {
    clearTimeout(timer);
    login.abort();
  });
  socket.on('error', () => undefined);
  // Every channel looks out for its end, and waits for it to drain.
  socket.setMaxListeners(3 * limits.channels + 16);
  // Whoever is sent away, or broke the protocol, may keep neither the socket nor the way in by not closing its own end.
  const end = (): void => {
    const last = setTimeout(() => socket.destroy(), limits.closingMs);
    socket.once('close', () => clearTimeout(last));
  };
  socket.once('finish', end);
  // One server each: ssh2 does not tell which socket a connection has.
  const server = new ssh2.Server(config, (client) => {
    client.on('error', (error) => log.debug({ err: error }, 'SSH connection'));
    client.once('error', end);
    awaitToken(client, socket, login.signal, parts, () => clearTimeout(timer));
  });
  server.on('error', () => socket.destroy());
  server.injectSocket(socket);
}

/** Sends a refusal late, so that guessing is slow; the last one ends the connection. */
function refuse(context: AuthContext, socket: Socket, isLast: boolean): void {
  const timer = setTimeout(() => {
    try {
      context.reject([]);
    } catch {
      socket.destroy();
    }
    if (isLast) socket.end();
  }, limits.refusalDelayMs);
  socket.once('close', () => clearTimeout(timer));
}

function awaitToken(
  client: Connection,
  socket: Socket,
  signal: AbortSignal,
  { admit, log, onAdmitted }: ConnectionParts,
  onDone: () => void,
): void {
  let attempts = 0;
  const decide = async (context: AuthContext): Promise<void> => {
    attempts += 1;
    if (attempts > limits.loginAttempts) {
      socket.destroy();
      return;
    }
    const access = context.method === 'none' ? await admit(context.username, signal) : null;
    if (access === null) {
      if (!socket.destroyed) refuse(context, socket, attempts === limits.loginAttempts);
      return;
    }
    if (socket.destroyed) {
      access.close();
      return;
    }
    onDone();
    onAdmitted();
    welcome(client, socket, access, log);
    context.accept();
  };
  client.on('authentication', (context) => {
    decide(context).catch((error: unknown) => {
      log.debug({ err: error }, 'an SSH login could not be decided');
      if (!socket.destroyed) refuse(context, socket, true);
    });
  });
}

/** Sets up what a peer with a valid token may do. */
function welcome(client: Connection, socket: Socket, access: SandboxAccess, log: Logger): void {
  const visitor = new Visitor(client, socket, log.child({ sandbox: access.sandbox }));
  visitor.bind(access);
  client.on('session', (accept, reject) => {
    if (!visitor.reserve()) {
      reject();
      return;
    }
    const session = accept();
    session.once('close', () => visitor.release());
    serveSession(session, access, visitor);
  });
  serveForwarding(client, access, visitor);
  serveRemoteForwarding(client, socket, access, visitor);
}
