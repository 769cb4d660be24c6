/** Sends frames, all of one turn of the event loop in one write. */
import type { Writable } from 'node:stream';
import { HEADER_BYTES, sealHeader } from './frame.ts';

/** Above this, parts are written one by one in place of being copied together. */
const JOIN_MAX_BYTES = 64 * 1024;

export class FrameSender {
  readonly #stream: Writable;
  readonly #seed: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  #scheduled = false;

  constructor(stream: Writable, seed: number) {
    this.#stream = stream;
    this.#seed = seed;
  }

  send(type: number, channel: number, payload: Buffer = Buffer.alloc(0), flags = 0): void {
    this.#parts.push(sealHeader(this.#seed, { type, flags, channel, payload }));
    if (payload.length > 0) this.#parts.push(payload);
    this.#bytes += HEADER_BYTES + payload.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.flush());
  }

  flush(): void {
    this.#scheduled = false;
    const parts = this.#parts;
    if (parts.length === 0 || !this.#stream.writable) return;
    const bytes = this.#bytes;
    this.#parts = [];
    this.#bytes = 0;
    if (bytes <= JOIN_MAX_BYTES) {
      this.#stream.write(Buffer.concat(parts, bytes));
      return;
    }
    this.#stream.cork();
    for (const part of parts) this.#stream.write(part);
    this.#stream.uncork();
  }
}
