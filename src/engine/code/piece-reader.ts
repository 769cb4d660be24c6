/**
 * Takes apart what an interpreter writes: the user's own output, and between it pieces of what the driver says.
 *
 * A piece is a zero byte, the nonce of the interpreter, `m` (more follow) or `e` (the last of its frame), the length of
 * the payload in four hexadecimal digits, and the payload. It is written at once and has fewer bytes than a pipe takes
 * whole, so it stays whole wherever other processes write to the same pipe; the user's bytes need no framing, no copy
 * and no thread. Frames (JSON) come on stderr; stdout has only the one that marks the end of a piece of code there.
 */

export type Part =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'frame'; readonly frame: Buffer };

/** The interpreter said something that the driver never says. Ends that interpreter and nothing else. */
export class DriverViolation extends Error {
  override readonly name = 'DriverViolation';
}

/** What a pipe takes whole, less the head of a piece. */
const MAX_PAYLOAD_BYTES = 4000;
const HEAD_BYTES = 5;
const HEAD = /^[me][0-9a-f]{4}$/;

export class PieceReader {
  readonly #mark: Buffer;
  readonly #maxFrameBytes: number;
  /** The beginning of something that may become a piece: never more than one piece. */
  #rest: Buffer = Buffer.alloc(0);
  #frame: Buffer[] = [];
  #frameBytes = 0;

  constructor(nonce: string, maxFrameBytes: number) {
    this.#mark = Buffer.from(`\0${nonce}`, 'latin1');
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Throws DriverViolation. */
  *feed(chunk: Buffer): Generator<Part> {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (;;) {
      const found = data.indexOf(this.#mark, at);
      const bytes = data.subarray(at, found === -1 ? this.#cleanEnd(data, at) : found);
      if (bytes.length > 0) yield { kind: 'bytes', bytes };
      at += bytes.length;
      if (found === -1) break;
      const next = this.#piece(data, at);
      if (next === null) break;
      at = next.end;
      if (next.frame !== null) yield { kind: 'frame', frame: next.frame };
    }
    this.#rest = Buffer.from(data.subarray(at));
  }

  /** Where the bytes end that cannot be the beginning of a mark. */
  #cleanEnd(data: Buffer, from: number): number {
    for (let start = Math.max(from, data.length - this.#mark.length + 1); start < data.length; start += 1) {
      if (data[start] === 0 && this.#mark.subarray(0, data.length - start).equals(data.subarray(start)))
        return start;
    }
    return data.length;
  }

  /** The piece at `at`; null while it is not complete. */
  #piece(data: Buffer, at: number): { readonly end: number; readonly frame: Buffer | null } | null {
    const start = at + this.#mark.length + HEAD_BYTES;
    if (data.length < start) return null;
    const head = data.toString('latin1', start - HEAD_BYTES, start);
    const length = HEAD.test(head) ? Number.parseInt(head.slice(1), 16) : Number.NaN;
    if (!(length <= MAX_PAYLOAD_BYTES)) throw new DriverViolation('a piece has no proper head');
    if (data.length < start + length) return null;
    this.#frameBytes += length;
    if (this.#frameBytes > this.#maxFrameBytes) throw new DriverViolation('a frame is too large');
    this.#frame.push(Buffer.from(data.subarray(start, start + length)));
    const end = start + length;
    if (head[0] === 'm') return { end, frame: null };
    const frame = Buffer.concat(this.#frame);
    this.#frame = [];
    this.#frameBytes = 0;
    return { end, frame };
  }
}
