/** One output of a command: buffered up to a bound, then the connection is asked to wait. */
import { Readable } from 'node:stream';

const WINDOW_BYTES = 256 * 1024;

export class OutputStream extends Readable {
  readonly #onRoom: () => void;
  #isFull = false;

  /** `onRoom` is called when there is room again behind a full buffer. */
  constructor(onRoom: () => void) {
    super({ highWaterMark: WINDOW_BYTES });
    this.#onRoom = onRoom;
    // A reader sees the error; without one there is nobody to tell.
    this.on('error', () => undefined);
  }

  get isFull(): boolean {
    return this.#isFull && !this.destroyed;
  }

  add(data: Buffer): void {
    if (!this.destroyed && data.length > 0) this.#isFull = !this.push(data);
  }

  finish(): void {
    if (!this.destroyed) this.push(null);
  }

  override _read(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#onRoom();
  }

  /** Whoever leaves the loop early gives the rest up. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#onRoom();
    done(error);
  }
}
