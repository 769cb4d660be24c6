/** The last messages of one HTTP session, so that a client whose stream broke can ask for what it missed. */
import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

const MAX_EVENTS = 256;
const MAX_BYTES = 1_048_576;

interface StoredEvent {
  readonly stream: string;
  readonly message: JSONRPCMessage;
  readonly bytes: number;
}

/** Bounded by number and bytes: what is older is forgotten, and so is a message that alone is larger. */
export class EventLog implements EventStore {
  readonly #events = new Map<string, StoredEvent>();
  #bytes = 0;
  #stored = 0;

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    this.#stored += 1;
    const id = `${this.#stored}-${stream}`;
    const bytes = JSON.stringify(message).length;
    this.#events.set(id, { stream, message, bytes });
    this.#bytes += bytes;
    while (this.#bytes > MAX_BYTES || this.#events.size > MAX_EVENTS) this.#forgetOldest();
    return id;
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#place(id)?.stream;
  }

  async replayEventsAfter(
    lastId: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const last = this.#place(lastId);
    if (last === null) return '';
    const until = this.#stored;
    for (const [id, { stream, message }] of this.#events) {
      // The event that opens a stream is empty and only there to be named.
      const isMessage = 'method' in message || 'result' in message || 'error' in message;
      const number = Number(id.split('-', 1)[0]);
      // What is stored while this waits is sent by the stream itself.
      if (number > last.number && number <= until && stream === last.stream && isMessage)
        await send(id, message);
    }
    return last.stream;
  }

  /** Where an id stands, also when its own event is forgotten but others of its stream are not. */
  #place(id: string): { readonly number: number; readonly stream: string } | null {
    const [, digits = '', stream = ''] = /^(\d{1,15})-(.{1,128})$/.exec(id) ?? [];
    const known = [...this.#events.values()].some((event) => event.stream === stream);
    return known && Number(digits) <= this.#stored ? { number: Number(digits), stream } : null;
  }

  #forgetOldest(): void {
    const [oldest] = this.#events;
    if (oldest === undefined) return;
    this.#events.delete(oldest[0]);
    this.#bytes -= oldest[1].bytes;
  }
}
