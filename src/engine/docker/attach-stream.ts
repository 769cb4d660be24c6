/**
 * A container's stdin and stdout as one duplex stream, over Docker's multiplexed attach connection
 * (Engine API, ContainerAttach: 8-byte headers of stream type and big-endian length).
 */
import { Duplex } from 'node:stream';

const HEADER_BYTES = 8;
const STDOUT = 1;

/** Wraps a hijacked attach connection. Stderr goes to `onStderr`; a connection that ends ends the stream. */
export class AttachStream extends Duplex {
  readonly #socket: Duplex;
  readonly #onStderr: (chunk: Buffer) => void;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerFilled = 0;
  #type = 0;
  #remaining = 0;

  constructor(socket: Duplex, onStderr: (chunk: Buffer) => void) {
    super({ allowHalfOpen: false, readableHighWaterMark: 256 * 1024 });
    this.#socket = socket;
    this.#onStderr = onStderr;
    socket.on('data', (chunk: Buffer) => this.#accept(chunk));
    socket.on('end', () => this.push(null));
    socket.on('error', (error: Error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  #accept(chunk: Buffer): void {
    let offset = 0;
    let wantsMore = true;
    while (offset < chunk.length) {
      if (this.#remaining === 0) {
        const taken = chunk.copy(
          this.#header,
          this.#headerFilled,
          offset,
          offset + HEADER_BYTES - this.#headerFilled,
        );
        this.#headerFilled += taken;
        offset += taken;
        if (this.#headerFilled < HEADER_BYTES) return;
        this.#headerFilled = 0;
        this.#type = this.#header[0] ?? 0;
        this.#remaining = this.#header.readUInt32BE(4);
        continue;
      }
      const part = chunk.subarray(offset, offset + this.#remaining);
      offset += part.length;
      this.#remaining -= part.length;
      if (this.#type === STDOUT) wantsMore = this.push(part);
      else this.#onStderr(part);
    }
    if (!wantsMore) this.#socket.pause();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _writev(
    chunks: readonly { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
