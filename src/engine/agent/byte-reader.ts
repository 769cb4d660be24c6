/** Reads what an agent sent, which may be anything: each field is checked to be there. */
import { violation } from './violation.ts';

export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(count: number): Buffer {
    if (count > this.left) throw violation('an answer is too short');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  u8(): number {
    return this.take(1).readUInt8();
  }

  u16(): number {
    return this.take(2).readUInt16LE();
  }

  u32(): number {
    return this.take(4).readUInt32LE();
  }

  /** A number that fits into a safe integer. */
  u64(): number {
    const value = Number(this.take(8).readBigUInt64LE());
    if (!Number.isSafeInteger(value)) throw violation('a number is too large');
    return value;
  }

  i64(): number {
    const value = Number(this.take(8).readBigInt64LE());
    if (!Number.isSafeInteger(value)) throw violation('a number is too large');
    return value;
  }

  text(length: number): string {
    return this.take(length).toString('utf8');
  }

  /** Nothing may be left. */
  end(): void {
    if (this.left !== 0) throw violation('an answer is too long');
  }
}
