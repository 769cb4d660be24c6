/** Puts the entries that `find` printed in order, keeping no more than were asked for. */
import { ThawError } from '../../errors.ts';
import type { GuestEntry } from '../agent/port.ts';
import { parseFacts } from './facts.ts';

/** A name, its facts and the mark; what is longer is no entry. */
const MAX_RECORD_BYTES = 8 * 1024;

interface Entry {
  /** The path with its separators as the lowest of bytes: comparing these sorts depth first, in name order. */
  readonly key: Buffer;
  readonly entry: GuestEntry;
}

export class Listing {
  readonly #mark: Buffer;
  readonly #maxEntries: number;
  #pending: Buffer = Buffer.alloc(0);
  #kept: Entry[] = [];
  #truncated = false;

  /** `mark` begins each record and cannot be part of a name. */
  constructor(mark: string, maxEntries: number) {
    this.#mark = Buffer.from(mark);
    this.#maxEntries = maxEntries;
  }

  add(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    let start = 0;
    for (;;) {
      const next = this.#pending.indexOf(this.#mark, start + this.#mark.length);
      if (next < 0) break;
      this.#take(this.#pending.subarray(start, next));
      start = next;
    }
    this.#pending = Buffer.from(this.#pending.subarray(start));
    if (this.#pending.length > MAX_RECORD_BYTES)
      throw new ThawError('engine_error', 'The sandbox answered an endless name of a file.');
  }

  finish(): { readonly entries: readonly GuestEntry[]; readonly truncated: boolean } {
    if (this.#pending.length > 0) this.#take(this.#pending);
    this.#cut();
    return { entries: this.#kept.map(({ entry }) => entry), truncated: this.#truncated };
  }

  #take(record: Buffer): void {
    const body = record.subarray(this.#mark.length, -1);
    const bar = body.indexOf('|');
    // Names begin with "./".
    const name = body.subarray(bar + 3);
    const key = Buffer.from(name.map((byte) => (byte === 0x2f ? 0 : byte)));
    this.#kept.push({
      key,
      entry: { path: name.toString('utf8'), ...parseFacts(body.toString('utf8', 0, bar)) },
    });
    if (this.#kept.length > 2 * this.#maxEntries + 1000) this.#cut();
  }

  #cut(): void {
    this.#kept.sort((a, b) => Buffer.compare(a.key, b.key));
    if (this.#kept.length <= this.#maxEntries) return;
    this.#truncated = true;
    this.#kept = this.#kept.slice(0, this.#maxEntries);
  }
}
