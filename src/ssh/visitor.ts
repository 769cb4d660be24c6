/** One connection whose holder of a token is in: its channels, its bounds, and that nothing of it outlives it. */
import type { Socket } from 'node:net';
import type { Connection, ServerChannel } from 'ssh2';
import type { SandboxAccess } from '../backend/sandbox-access.ts';
import { isThawError, toThawError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { ChannelOutput } from './channel-output.ts';
import { limits } from './limits.ts';

/** How long a peer is given to take the last words. */
const FAREWELL_MS = 1_000;
/** What OpenSSH ends with when the connection and not the command failed. */
export const EXIT_FAILED = 255;

export class Visitor {
  readonly #client: Connection;
  readonly #socket: Socket;
  readonly #log: Logger;
  readonly #channels = new Map<ServerChannel, ChannelOutput>();
  #reserved = 0;
  #isLeaving = false;

  constructor(client: Connection, socket: Socket, log: Logger) {
    this.#client = client;
    this.#socket = socket;
    this.#log = log;
    socket.on('data', () => this.#checkBounds());
  }

  /** Ends the connection when the access ends, and the access with the connection. */
  bind(access: SandboxAccess): void {
    const end = (): void => void this.#sayGoodbye(toThawError(access.ended.reason).message);
    if (access.ended.aborted) end();
    access.ended.addEventListener('abort', end, { once: true });
    this.#socket.once('close', () => {
      access.ended.removeEventListener('abort', end);
      access.close();
    });
    if (this.#socket.destroyed) access.close();
  }

  /** Whether one more channel may be opened; it counts from now on until `release` or its own end. */
  reserve(): boolean {
    if (this.#isLeaving || this.#reserved >= limits.channels) return false;
    this.#reserved += 1;
    return true;
  }

  release(): void {
    this.#reserved -= 1;
  }

  /** Takes care of an open channel. Cuts a connection whose peer wants packets of next to nothing: each would be a loop. */
  register(channel: ServerChannel): ChannelOutput {
    const output = new ChannelOutput(channel, this.#socket);
    this.#channels.set(channel, output);
    void output.closed.then(() => {
      this.#channels.delete(channel);
    });
    const outgoing: unknown = Reflect.get(channel, 'outgoing');
    const packetBytes: unknown =
      typeof outgoing === 'object' && outgoing !== null ? Reflect.get(outgoing, 'packetSize') : 0;
    if (typeof packetBytes !== 'number' || packetBytes < limits.minPacketBytes) this.#socket.destroy();
    return output;
  }

  /** Work on a channel that nobody waits for: what it throws ends the connection and nothing else. */
  attend(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#log.warn({ err: error }, 'an SSH connection was cut after an error');
      this.#socket.destroy();
    });
  }

  /** What fails for another reason than the sandbox's state is worth a line. */
  noteFailure(error: unknown): void {
    if (!isThawError(error, 'state_conflict', 'cancelled'))
      this.#log.info({ err: error }, 'an SSH request failed');
  }

  get connection(): Connection {
    return this.#client;
  }

  /** A client ends by itself when its sessions do, and shows what they said; a disconnect on top of that would hide it. */
  async #sayGoodbye(message: string): Promise<void> {
    this.#isLeaving = true;
    const timer = setTimeout(() => this.#socket.destroy(), FAREWELL_MS);
    this.#socket.once('close', () => clearTimeout(timer));
    const sessions = [...this.#channels].filter(([channel]) => channel.subtype !== undefined);
    await Promise.all(
      sessions.map(async ([channel, output]) => {
        await output.write(`\r\nthaw: ${message}\r\n`, 'stderr');
        channel.exit(EXIT_FAILED);
        channel.end();
        await output.closed;
      }),
    );
    this.#client.end();
  }

  #checkBounds(): void {
    const isFlooded = [...this.#channels.keys()].some(
      ({ readableLength }) => readableLength > limits.maxUnreadBytes,
    );
    if (isFlooded || this.#socket.writableLength > limits.maxUnsentBytes) this.#socket.destroy();
  }
}
