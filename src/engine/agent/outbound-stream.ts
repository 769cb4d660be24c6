/** One stream to the guest: sends no more than the guest's window, and lets writers wait for room. */
import { type Deferred, deferred } from './deferred.ts';
import { INPUT_WINDOW_BYTES, MAX_PAYLOAD_BYTES } from './frame.ts';
import { violation } from './violation.ts';

/** Frames of this size let other channels in between. */
const PIECE_BYTES = Math.min(32 * 1024, MAX_PAYLOAD_BYTES - 8);

interface Pending {
  readonly data: Buffer;
  sent: number;
  readonly accepted: Deferred<void>;
}

export interface OutboundSink {
  data(offset: number, bytes: Buffer): void;
  end(offset: number): void;
}

export class OutboundStream {
  readonly #sink: OutboundSink;
  #pending: Pending[] = [];
  #sent = 0;
  #acknowledged = 0;
  #ending = false;
  #endSent = false;
  /** Why nothing can be sent any more: the reader is gone (null error), or the connection. */
  #stopped: { readonly error: Error | null } | null = null;

  constructor(sink: OutboundSink) {
    this.#sink = sink;
  }

  /** Resolves once all of `data` is on its way. What a reader that went away does not take is dropped. */
  async write(data: Buffer): Promise<void> {
    if (this.#ending) throw new TypeError('write after the end of the stream');
    if (this.#stopped?.error) throw this.#stopped.error;
    if (this.#stopped !== null || data.length === 0) return;
    const accepted = deferred<void>();
    this.#pending.push({ data, sent: 0, accepted });
    this.#pump();
    await accepted.promise;
  }

  end(): void {
    this.#ending = true;
    this.#pump();
  }

  /** Throws `agent_protocol` when the guest acknowledges what it was never sent. */
  acknowledge(offset: number, readerGone: boolean): void {
    if (offset < this.#acknowledged || offset > this.#sent)
      throw violation('it acknowledged what it was not sent');
    this.#acknowledged = offset;
    if (readerGone) this.stop(null);
    else this.#pump();
  }

  stop(error: Error | null): void {
    if (this.#stopped !== null) return;
    this.#stopped = { error };
    for (const { accepted } of this.#pending.splice(0)) {
      if (error === null) accepted.resolve();
      else accepted.reject(error);
    }
  }

  #pump(): void {
    if (this.#stopped !== null) return;
    for (let first = this.#pending[0]; first !== undefined; first = this.#pending[0]) {
      const room = INPUT_WINDOW_BYTES - (this.#sent - this.#acknowledged);
      if (room === 0) return;
      const piece = first.data.subarray(first.sent, first.sent + Math.min(room, PIECE_BYTES));
      this.#sink.data(this.#sent, piece);
      this.#sent += piece.length;
      first.sent += piece.length;
      if (first.sent < first.data.length) continue;
      this.#pending.shift();
      first.accepted.resolve();
    }
    if (!this.#ending || this.#endSent) return;
    this.#endSent = true;
    this.#sink.end(this.#sent);
  }
}
