/** Sends frames, all of one turn of the event loop in one write. */
import type { Writable } from 'node:stream';
import { HEADER_BYTES, sealHeader } from './frame.ts';

/** How long a frame that nobody waits for is kept back for the next one to take it along. */
const HOLD_MS = 10;

/** Above this, parts are written one by one in place of being copied together. */
const JOIN_MAX_BYTES = 64 * 1024;

export class FrameSender {
  readonly #stream: Writable;
  readonly #seed: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  #scheduled = false;
  #held: NodeJS.Timeout | null = null;

  constructor(stream: Writable, seed: number) {
    this.#stream = stream;
    this.#seed = seed;
  }

  send(type: number, channel: number, payload: Buffer = Buffer.alloc(0), flags = 0): void {
    this.#add(type, channel, payload, flags);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.flush());
  }

  /** In order with all others, but a write of its own only when no other comes within a few milliseconds. */
  sendLater(type: number, channel: number): void {
    this.#add(type, channel, Buffer.alloc(0), 0);
    if (this.#scheduled || this.#held !== null) return;
    this.#held = setTimeout(() => this.flush(), HOLD_MS).unref();
  }

  #add(type: number, channel: number, payload: Buffer, flags: number): void {
    this.#parts.push(sealHeader(this.#seed, { type, flags, channel, payload }));
    if (payload.length > 0) this.#parts.push(payload);
    this.#bytes += HEADER_BYTES + payload.length;
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#held !== null) clearTimeout(this.#held);
    this.#held = null;
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
