/** Finds the mark that the scripts put behind an output: the nonce of the command and its exit code in three digits. */

const CODE_DIGITS = 3;

export class EndMarker {
  readonly #nonce: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor(nonce: string) {
    this.#nonce = Buffer.from(nonce);
  }

  /** What certainly belongs to the output, and the exit code once the mark is complete; nothing behind it counts. */
  push(chunk: Buffer): { readonly data: Buffer; readonly code: number | null } {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const at = bytes.indexOf(this.#nonce);
    const from = at < 0 ? this.#partialStart(bytes) : at;
    const end = from + this.#nonce.length + CODE_DIGITS;
    const code = at >= 0 && bytes.length >= end ? bytes.toString('latin1', end - CODE_DIGITS, end) : null;
    this.#held = code === null ? Buffer.from(bytes.subarray(from)) : Buffer.alloc(0);
    return { data: bytes.subarray(0, from), code: code === null ? null : Number.parseInt(code, 10) };
  }

  /** What was held back because it looked like the beginning of a mark. */
  rest(): Buffer {
    return this.#held;
  }

  /** Where a mark may begin whose rest has yet to come; the length when nowhere. */
  #partialStart(bytes: Buffer): number {
    const first = Math.max(0, bytes.length - this.#nonce.length + 1);
    for (let at = first; at < bytes.length; at += 1) {
      if (bytes.subarray(at).equals(this.#nonce.subarray(0, bytes.length - at))) return at;
    }
    return bytes.length;
  }
}
