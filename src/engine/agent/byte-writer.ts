/** Builds the payload of a request: little-endian numbers, and strings with their length before and a NUL behind. */
import { ThawError } from '../../errors.ts';

export class ByteWriter {
  readonly #parts: Buffer[] = [];

  u8(...values: readonly number[]): this {
    this.#parts.push(Buffer.from(values));
    return this;
  }

  u16(...values: readonly number[]): this {
    const bytes = Buffer.allocUnsafe(2 * values.length);
    for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, 2 * index);
    this.#parts.push(bytes);
    return this;
  }

  u32(...values: readonly number[]): this {
    const bytes = Buffer.allocUnsafe(4 * values.length);
    for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
    this.#parts.push(bytes);
    return this;
  }

  /** Whole numbers from 0 to the largest safe integer. */
  u64(...values: readonly number[]): this {
    const bytes = Buffer.allocUnsafe(8 * values.length);
    for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 8 * index);
    this.#parts.push(bytes);
    return this;
  }

  /** `what` names the text in the error that a NUL in it makes. */
  text(value: string, what: string): this {
    if (value.includes('\0'))
      throw new ThawError('invalid_argument', `The ${what} contains a NUL character.`);
    const length = Buffer.byteLength(value);
    const bytes = Buffer.allocUnsafe(4 + length + 1);
    bytes.writeUInt32LE(length, 0);
    bytes.write(value, 4);
    bytes[4 + length] = 0;
    this.#parts.push(bytes);
    return this;
  }

  bytes(value: Buffer): this {
    this.u32(value.length);
    this.#parts.push(value);
    return this;
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
