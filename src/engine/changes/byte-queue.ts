/** Takes exact numbers of bytes from a stream of pieces. */
import { ThawError } from '../../errors.ts';

export const cutShort = (): ThawError =>
  new ThawError('engine_error', 'The files of the sandbox could not be read to their end.');

export class ByteQueue {
  readonly #source: AsyncIterator<Buffer>;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Throws `engine_error` when the stream ends before. The bytes may share memory with what the stream gave. */
  async take(count: number): Promise<Buffer> {
    while (this.#bytes < count) {
      const next = await this.#source.next();
      if (next.done === true) throw cutShort();
      this.#pieces.push(next.value);
      this.#bytes += next.value.length;
    }
    const first = this.#pieces[0];
    if (count === 0 || first === undefined) return Buffer.alloc(0);
    const whole = first.length >= count ? first : Buffer.concat(this.#pieces, this.#bytes);
    const rest = whole.subarray(count);
    const others = whole === first ? this.#pieces.slice(1) : [];
    this.#pieces = rest.length > 0 ? [rest, ...others] : others;
    this.#bytes -= count;
    return whole.subarray(0, count);
  }

  /** Reads on to the end, so that who writes is not held up. */
  async drain(): Promise<void> {
    for (let next = await this.#source.next(); next.done !== true; next = await this.#source.next());
    this.#pieces = [];
    this.#bytes = 0;
  }
}
