/** A socket inside the guest as a stream of Node: back-pressure both ways, and an end when either side ends. */
import { Duplex } from 'node:stream';
import type { GuestSocket } from './port.ts';

const BUFFER_BYTES = 64 * 1024;

type Done = (error?: Error | null) => void;

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

export class GuestSocketStream extends Duplex {
  readonly #socket: GuestSocket;
  readonly #received: AsyncIterator<Buffer>;
  #reading = false;

  constructor(socket: GuestSocket) {
    super({ allowHalfOpen: false, highWaterMark: BUFFER_BYTES });
    this.#socket = socket;
    this.#received = socket.received[Symbol.asyncIterator]();
  }

  override _read(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#received.next().then(
      ({ done, value }) => {
        this.#reading = false;
        if (!this.destroyed) this.push(done === true ? null : value);
      },
      (error: unknown) => this.destroy(toError(error)),
    );
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    void this.#send(chunk, done);
  }

  /** One frame for the pieces that came together, such as the head of a message and its body. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'binary', done);
  }

  override _final(done: Done): void {
    this.#socket.end();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket.destroy();
    done(error);
  }

  async #send(chunk: Buffer, done: Done): Promise<void> {
    let failure: Error | null = null;
    try {
      await this.#socket.write(chunk);
    } catch (error) {
      failure = toError(error);
    }
    done(failure);
  }
}
