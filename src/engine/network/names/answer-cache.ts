/** Answers of the host's resolvers, kept for as long as they say, for all sandboxes alike. */
import type { Clock } from '../../../clock.ts';

const MAX_ENTRIES = 2_048;
/** Larger answers are rare and not worth their memory. */
const MAX_MESSAGE_BYTES = 4_096;

interface Entry {
  readonly message: Buffer;
  readonly storedMs: number;
  readonly expiresMs: number;
}

export class AnswerCache {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The answer and its age, or null. */
  get(key: string): { readonly message: Buffer; readonly ageSeconds: number } | null {
    const entry = this.#entries.get(key);
    const now = this.#clock.monotonic();
    if (entry === undefined || entry.expiresMs <= now) return null;
    return { message: entry.message, ageSeconds: Math.floor((now - entry.storedMs) / 1000) };
  }

  put(key: string, message: Buffer, ttlSeconds: number): void {
    if (ttlSeconds <= 0 || message.length > MAX_MESSAGE_BYTES) return;
    const now = this.#clock.monotonic();
    this.#entries.delete(key);
    this.#entries.set(key, { message, storedMs: now, expiresMs: now + ttlSeconds * 1000 });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
  }
}
