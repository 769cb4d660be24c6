/** Cuts a byte stream into lines of bounded length. A longer line is dropped whole; both its ends are kept to name it. */

/** Enough of both ends to find a message's id in. */
const KEPT_END_BYTES = 256;
const NEWLINE = 0x0a;

export interface LineHandler {
  onLine(line: string): void;
  onOversize(ends: { readonly head: string; readonly tail: string; readonly bytes: number }): void;
}

export class LineReader {
  readonly #maxBytes: number;
  readonly #handler: LineHandler;
  #parts: Buffer[] = [];
  #bytes = 0;
  /** Both ends of the line that is being dropped. */
  #dropped: { readonly head: Buffer; tail: Buffer } | null = null;

  constructor(maxBytes: number, handler: LineHandler) {
    this.#maxBytes = maxBytes;
    this.#handler = handler;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end === -1) break;
      this.#append(chunk.subarray(start, end));
      this.#finish();
      start = end + 1;
    }
    if (start < chunk.length) this.#append(chunk.subarray(start));
  }

  #append(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#dropped !== null) {
      this.#dropped.tail = Buffer.concat([this.#dropped.tail, part]).subarray(-KEPT_END_BYTES);
    } else if (this.#bytes > this.#maxBytes) {
      const all = Buffer.concat([...this.#parts, part]);
      // Copies: a view would hold the whole line in memory.
      this.#dropped = {
        head: Buffer.from(all.subarray(0, KEPT_END_BYTES)),
        tail: Buffer.from(all.subarray(-KEPT_END_BYTES)),
      };
      this.#parts = [];
    } else if (part.length > 0) {
      this.#parts.push(part);
    }
  }

  #finish(): void {
    const { [0]: first, length } = this.#parts;
    const dropped = this.#dropped;
    const bytes = this.#bytes;
    const line = length === 1 && first !== undefined ? first : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    this.#dropped = null;
    if (dropped !== null) {
      this.#handler.onOversize({ head: dropped.head.toString(), tail: dropped.tail.toString(), bytes });
    } else if (length > 0) {
      this.#handler.onLine(line.toString());
    }
  }
}
