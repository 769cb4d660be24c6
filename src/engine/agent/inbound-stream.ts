/** One stream from the guest: buffered up to the window, pulled by one consumer whose progress is acknowledged. */
import { type Deferred, deferred } from './deferred.ts';
import { MIN_OUTPUT_WINDOW_BYTES, OUTPUT_WINDOW_BYTES } from './frame.ts';
import { violation } from './violation.ts';

/** Smaller pieces are copied together, so that each does not keep the whole chunk alive in which it came. */
const COPY_BELOW_BYTES = 8 * 1024;
const ACK_EVERY_BYTES = MIN_OUTPUT_WINDOW_BYTES;

export class InboundStream implements AsyncIterable<Buffer> {
  readonly #acknowledge: (offset: number) => void;
  #queue: Buffer[] = [];
  /** How much of the queue's last block is in use; the rest is room for further small pieces. */
  #tail: { readonly block: Buffer; used: number } | null = null;
  #received = 0;
  #consumed = 0;
  #acknowledged = 0;
  #ended = false;
  #error: Error | null = null;
  #dropped = false;
  #taken = false;
  #held = false;
  #waiting: Deferred<IteratorResult<Buffer, undefined>> | null = null;

  constructor(acknowledge: (offset: number) => void) {
    this.#acknowledge = acknowledge;
  }

  /** Throws `agent_protocol` for bytes out of order, beyond the window or behind the end. */
  receive(offset: number, bytes: Buffer): void {
    if (this.#ended) throw violation('data came behind the end of its stream');
    if (offset !== this.#received) throw violation('data came out of order');
    if (bytes.length === 0) throw violation('a data frame is empty');
    this.#received += bytes.length;
    if (this.#received - this.#acknowledged > OUTPUT_WINDOW_BYTES)
      throw violation('it sent more than its window');
    if (this.#dropped) {
      this.#consume(bytes.length);
    } else if (this.#waiting === null || this.#held) {
      this.#enqueue(bytes);
    } else {
      this.#settle({ done: false, value: bytes.length < COPY_BELOW_BYTES ? Buffer.from(bytes) : bytes });
      this.#consume(bytes.length);
    }
  }

  /** The stream is complete; `error` is why it is not, seen behind the bytes that did come. */
  end(error: Error | null = null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    if (this.#held && this.#queue.length > 0) return;
    this.#settleEnd();
  }

  get receivedBytes(): number {
    return this.#received;
  }

  /** What was handed to the consumer. */
  get consumedBytes(): number {
    return this.#consumed;
  }

  /** The consumer gets nothing until `resume`: what it did not get is kept by the guest, too. */
  hold(): void {
    this.#held = true;
  }

  resume(): void {
    this.#held = false;
    if (this.#waiting === null) return;
    if (this.#queue.length === 1) this.#sealTail();
    const value = this.#queue.shift();
    if (value !== undefined) {
      this.#settle({ done: false, value });
      this.#consume(value.length);
    } else if (this.#ended) this.#settleEnd();
  }

  /** What comes from now on is taken and forgotten. */
  drop(): void {
    this.#dropped = true;
    this.#queue = [];
    this.#tail = null;
    this.#consume(this.#received - this.#consumed);
    this.#settle({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer, undefined> {
    if (this.#taken) throw new TypeError('a stream of the guest is read once');
    this.#taken = true;
    return {
      next: async () => await this.#next(),
      return: async () => {
        this.drop();
        return await Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  #next(): Promise<IteratorResult<Buffer, undefined>> | IteratorResult<Buffer, undefined> {
    if (this.#queue.length === 1) this.#sealTail();
    const value = this.#held ? undefined : this.#queue.shift();
    if (value !== undefined) {
      this.#consume(value.length);
      return { done: false, value };
    }
    if (this.#held && !this.#dropped) {
      this.#waiting ??= deferred();
      return this.#waiting.promise;
    }
    if (this.#error !== null && !this.#dropped) throw this.#error;
    if (this.#ended || this.#dropped) return { done: true, value: undefined };
    this.#waiting ??= deferred();
    return this.#waiting.promise;
  }

  #enqueue(bytes: Buffer): void {
    if (bytes.length >= COPY_BELOW_BYTES) {
      this.#sealTail();
      this.#queue.push(bytes);
      return;
    }
    if (this.#tail === null || this.#tail.block.length - this.#tail.used < bytes.length) {
      this.#sealTail();
      this.#tail = { block: Buffer.allocUnsafeSlow(COPY_BELOW_BYTES), used: 0 };
      this.#queue.push(this.#tail.block);
    }
    bytes.copy(this.#tail.block, this.#tail.used);
    this.#tail.used += bytes.length;
  }

  /** Cuts the unused room off the last block, which takes no more pieces then. */
  #sealTail(): void {
    if (this.#tail === null) return;
    this.#queue[this.#queue.length - 1] = this.#tail.block.subarray(0, this.#tail.used);
    this.#tail = null;
  }

  #settleEnd(): void {
    if (this.#error === null) this.#settle({ done: true, value: undefined });
    else this.#waiting?.reject(this.#error);
    this.#waiting = null;
  }

  #settle(result: IteratorResult<Buffer, undefined>): void {
    this.#waiting?.resolve(result);
    this.#waiting = null;
  }

  #consume(count: number): void {
    this.#consumed += count;
    if (this.#ended || this.#consumed - this.#acknowledged < ACK_EVERY_BYTES) return;
    this.#acknowledged = this.#consumed;
    this.#acknowledge(this.#consumed);
  }
}
