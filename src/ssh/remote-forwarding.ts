/** Remote forwarding: listeners in the sandbox whose connections are the client's to answer. */
import type { Socket } from 'node:net';
import type { Connection, ServerChannel } from 'ssh2';
import type {
  AcceptedConnection,
  AccessListener,
  ListenAddress,
  SandboxAccess,
} from '../backend/sandbox-access.ts';
import { limits } from './limits.ts';
import { relaySocket } from './relay.ts';
import type { Visitor } from './visitor.ts';

/** What a listener is known by, and how the client is told of one of its connections. */
interface Place {
  readonly key: string;
  readonly address: ListenAddress;
  readonly offer: (
    connection: AcceptedConnection,
    listener: AccessListener,
    onAnswer: (error: Error | undefined, channel: ServerChannel) => void,
  ) => unknown;
}

const tcpPlace = (client: Connection, host: string, port: number): Place => ({
  key: `tcp ${host} ${port}`,
  address: { kind: 'tcp', port },
  offer: (connection, listener, onAnswer) =>
    client.forwardOut(host, listener.port, connection.host, connection.port, onAnswer),
});

const unixPlace = (client: Connection, path: string): Place => ({
  key: `unix ${path}`,
  address: { kind: 'unix', path },
  offer: (_connection, _listener, onAnswer) => client.openssh_forwardOutStreamLocal(path, onAnswer),
});

class RemoteForwards {
  readonly #access: SandboxAccess;
  readonly #visitor: Visitor;
  /** Null while one is being opened. */
  readonly #listeners = new Map<string, AccessListener | null>();
  #closed = false;

  constructor(access: SandboxAccess, visitor: Visitor) {
    this.#access = access;
    this.#visitor = visitor;
  }

  /** The port that it listens on, or null when it cannot. */
  async open(place: Place): Promise<number | null> {
    if (this.#closed || this.#listeners.has(place.key) || this.#listeners.size >= limits.listeners)
      return null;
    this.#listeners.set(place.key, null);
    const listener = await this.#access.listen(place.address).catch((error: unknown) => {
      this.#visitor.noteFailure(error);
      return null;
    });
    this.#listeners.delete(place.key);
    if (listener === null) return null;
    // The client was cut off in the meantime.
    if (this.#closed) {
      listener.close();
      return null;
    }
    const { address } = place;
    // A port that was chosen is what the client names to cancel it.
    const key = address.kind === 'tcp' ? place.key.replace(/ 0$/, ` ${listener.port}`) : place.key;
    this.#listeners.set(key, listener);
    this.#visitor.attend(this.#serve(key, place, listener));
    return listener.port;
  }

  cancel(key: string): boolean {
    const listener = this.#listeners.get(key);
    if (listener === undefined || listener === null) return false;
    this.#listeners.delete(key);
    listener.close();
    return true;
  }

  close(): void {
    this.#closed = true;
    for (const listener of this.#listeners.values()) listener?.close();
    this.#listeners.clear();
  }

  async #serve(key: string, place: Place, listener: AccessListener): Promise<void> {
    try {
      for await (const connection of listener.accepted) {
        // One too many is not taken, and the sandbox drops it.
        if (this.#visitor.reserve()) this.#visitor.attend(this.#forward(place, listener, connection));
      }
    } catch (error) {
      this.#visitor.noteFailure(error);
    } finally {
      if (this.#listeners.get(key) === listener) this.#listeners.delete(key);
      listener.close();
    }
  }

  async #forward(place: Place, listener: AccessListener, connection: AcceptedConnection): Promise<void> {
    try {
      const channel = await new Promise<ServerChannel | null>((resolve) => {
        place.offer(connection, listener, (error, opened) => resolve(error === undefined ? opened : null));
      });
      if (channel === null) return;
      const output = this.#visitor.register(channel);
      const socket = await connection.take().catch((error: unknown) => {
        this.#visitor.noteFailure(error);
        return null;
      });
      if (socket === null) channel.end();
      else {
        await relaySocket(channel, output, socket).catch((error: unknown) =>
          this.#visitor.noteFailure(error),
        );
      }
    } finally {
      this.#visitor.release();
    }
  }
}

export function serveRemoteForwarding(
  client: Connection,
  socket: Socket,
  access: SandboxAccess,
  visitor: Visitor,
): void {
  const forwards = new RemoteForwards(access, visitor);
  socket.once('close', () => forwards.close());
  client.on('request', (accept, reject, name, info) => {
    if (name === 'tcpip-forward' || name === 'cancel-tcpip-forward') {
      answer(name, tcpPlace(client, info.bindAddr, info.bindPort));
    } else if (
      name === 'streamlocal-forward@openssh.com' ||
      name === 'cancel-streamlocal-forward@openssh.com'
    ) {
      // Missing in the types of ssh2.
      answer(name, unixPlace(client, String(Reflect.get(info, 'socketPath'))));
    } else {
      reject?.();
    }

    function answer(request: string, place: Place): void {
      if (request.startsWith('cancel-')) {
        if (forwards.cancel(place.key)) accept?.();
        else reject?.();
        return;
      }
      visitor.attend(
        forwards.open(place).then((port) => {
          if (port === null) reject?.();
          else accept?.(port);
        }),
      );
    }
  });
}
