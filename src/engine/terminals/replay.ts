/** The last bytes that a terminal printed, for clients that come later. */

export class Replay {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    for (let first = this.#chunks[0]; first !== undefined; first = this.#chunks[0]) {
      const excess = this.#bytes - this.#maxBytes;
      if (excess <= 0) return;
      if (first.length <= excess) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(excess);
      this.#bytes -= Math.min(first.length, excess);
    }
  }

  all(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
