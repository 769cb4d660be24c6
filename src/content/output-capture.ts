/** Keeps the head and the tail of an output within a bound, and counts all of it. */

/** The part that is kept of an output, with what it was cut from. */
export interface Captured {
  readonly text: string;
  readonly totalBytes: number;
  readonly truncated: boolean;
}

/** Cuts a UTF-8 sequence that the end of the buffer splits. */
function trimEnd(bytes: Buffer): Buffer {
  let start = bytes.length - 1;
  // A sequence has at most three continuation bytes (10xxxxxx).
  while (start >= 0 && start > bytes.length - 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  const lead = bytes[start] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return start >= 0 && start + length > bytes.length ? bytes.subarray(0, start) : bytes;
}

/** Cuts the rest of a UTF-8 sequence whose beginning is missing. */
function trimStart(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 3 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start);
}

export class OutputCapture {
  #headLimit: number;
  readonly #tail: Buffer;
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  /** Bytes that went to the ring behind the head; the newest is at `(count - 1) % size`. */
  #tailCount = 0;

  /** At most `maxBytes` are kept: one half from the beginning, the other from the end. */
  constructor(maxBytes: number) {
    this.#headLimit = Math.ceil(maxBytes / 2);
    this.#tail = Buffer.allocUnsafe(maxBytes - this.#headLimit);
  }

  add(chunk: Buffer): void {
    const forHead = chunk.subarray(0, this.#headLimit - this.#headBytes);
    if (forHead.length > 0) {
      this.#head.push(forHead);
      this.#headBytes += forHead.length;
    }
    this.#addTail(chunk.subarray(forHead.length));
  }

  #addTail(bytes: Buffer): void {
    const size = this.#tail.length;
    const kept = bytes.length > size ? bytes.subarray(bytes.length - size) : bytes;
    const from = size === 0 ? 0 : (this.#tailCount + bytes.length - kept.length) % size;
    const first = kept.copy(this.#tail, from);
    kept.copy(this.#tail, 0, first);
    this.#tailCount += bytes.length;
  }

  #orderedTail(): Buffer {
    const size = this.#tail.length;
    if (this.#tailCount <= size) return this.#tail.subarray(0, this.#tailCount);
    const at = size === 0 ? 0 : this.#tailCount % size;
    return Buffer.concat([this.#tail.subarray(at), this.#tail.subarray(0, at)]);
  }

  /** What is added from now on does not follow what was added: none of it is the beginning. */
  skip(): void {
    this.#headLimit = this.#headBytes;
  }

  /** `totalBytes` is more than what was added when some was skipped. */
  result(totalBytes = this.#headBytes + this.#tailCount): Captured {
    const head = Buffer.concat(this.#head);
    const tail = this.#orderedTail();
    const omitted = totalBytes - head.length - tail.length;
    if (omitted <= 0) {
      return { text: Buffer.concat([head, tail]).toString('utf8'), totalBytes, truncated: false };
    }
    const mark = `\n[... ${omitted} bytes left out ...]\n`;
    const text = `${trimEnd(head).toString('utf8')}${mark}${trimStart(tail).toString('utf8')}`;
    return { text, totalBytes, truncated: true };
  }
}
