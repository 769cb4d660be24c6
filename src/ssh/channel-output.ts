/**
 * Writes to a channel one piece after the other, each waiting for the peer's window and for the socket. ssh2 1.17
 * needs that care: a channel that was closed never calls back, one that waited for its window keeps the piece and sends
 * it again when its error stream has to wait, and the socket's own fullness reaches nobody.
 */
import type { Socket } from 'node:net';
import type { ServerChannel } from 'ssh2';
import { limits } from './limits.ts';

/** Where ssh2 keeps pieces that wait for the window, and their callbacks. */
const LEFTOVERS = ['_chunk', '_chunkcb', '_chunkErr', '_chunkcbErr'] as const;

export class ChannelOutput {
  readonly #channel: ServerChannel;
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #isClosed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(channel: ServerChannel, socket: Socket) {
    this.#channel = channel;
    this.#socket = socket;
    this.#closed = new Promise((resolve) => {
      const close = (): void => {
        this.#isClosed = true;
        socket.off('close', close);
        resolve();
      };
      channel.once('close', close);
      socket.once('close', close);
      if (socket.destroyed) close();
    });
    // Both tell of writes behind the end; who writes sees that by the answer.
    channel.on('error', () => undefined);
    channel.stderr.on('error', () => undefined);
  }

  /** Resolves when the channel or its connection is closed. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves once there is room for more; false when nobody will get it. */
  async write(data: Buffer | string, stream: 'stdout' | 'stderr' = 'stdout'): Promise<boolean> {
    const turn = this.#last.then(async () => await this.#send(data, stream));
    this.#last = turn.catch(() => undefined);
    return await turn;
  }

  async #send(data: Buffer | string, stream: 'stdout' | 'stderr'): Promise<boolean> {
    // A socket tells of its end later than it ends, and a piece must not reach a peer that is being cut off.
    if (this.#isClosed || this.#socket.destroyed || !this.#channel.writable) return false;
    const target = stream === 'stdout' ? this.#channel : this.#channel.stderr;
    await Promise.race([new Promise<void>((resolve) => target.write(data, () => resolve())), this.#closed]);
    for (const name of LEFTOVERS) Reflect.set(this.#channel, name, undefined);
    if (this.#socket.writableLength > limits.unsentBytes) {
      await Promise.race([new Promise<void>((resolve) => this.#socket.once('drain', resolve)), this.#closed]);
    }
    return !this.#isClosed;
  }
}
