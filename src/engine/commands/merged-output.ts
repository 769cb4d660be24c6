/** An output that is kept up to a bound; the rest is counted. */

export class MergedOutput {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #kept = 0;
  #total = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get totalBytes(): number {
    return this.#total;
  }

  add(chunk: Buffer): void {
    const part = chunk.subarray(0, this.#maxBytes - this.#kept);
    if (part.length > 0) this.#chunks.push(part);
    this.#kept += part.length;
    this.#total += chunk.length;
  }

  /** Bytes that are no UTF-8 become replacement characters. */
  text(): string {
    const kept = Buffer.concat(this.#chunks).toString('utf8');
    const omitted = this.#total - this.#kept;
    return omitted === 0 ? kept : `${kept}\n[... ${omitted} bytes left out ...]\n`;
  }
}
