/**
 * Splits one connection between the servers of both protocol eras, message by message: a client may ask in the new way,
 * and go on in the old one when it does not know what it was answered.
 */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js';
import { claimsRevision } from './era.ts';

type Receive = (message: JSONRPCMessage) => void;

/** What a server is connected to: it writes to the shared connection and gets its part of what comes. */
export class EraChannel implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Receive;

  readonly #split: EraTransport;

  constructor(split: EraTransport) {
    this.#split = split;
  }

  async start(): Promise<void> {}

  async send(message: JSONRPCMessage): Promise<void> {
    await this.#split.send(this, message);
  }

  async close(): Promise<void> {
    await this.#split.close();
  }
}

export interface EraTransportOptions {
  /** Connects a server for 2026-07-28; called once, when the first message of that era comes. */
  readonly openModern: (channel: EraChannel) => Promise<void>;
}

export class EraTransport {
  readonly legacy: EraChannel;
  readonly #wire: Transport;
  readonly #openModern: EraTransportOptions['openModern'];
  #modern: { readonly channel: EraChannel; readonly ready: Promise<void>; isReady: boolean } | null = null;
  /** Whose request an id is that has no answer yet: cancellations say no era. */
  readonly #open = new Map<RequestId, EraChannel>();
  #last: EraChannel;
  #closed = false;

  constructor(wire: Transport, options: EraTransportOptions) {
    this.#wire = wire;
    this.#openModern = options.openModern;
    this.legacy = new EraChannel(this);
    this.#last = this.legacy;
  }

  /** Begins to read. The legacy server must be connected by now. */
  async start(): Promise<void> {
    const channels = (): readonly EraChannel[] =>
      this.#modern === null ? [this.legacy] : [this.legacy, this.#modern.channel];
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    this.#wire.onmessage = (message) => this.#receive(message);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    this.#wire.onerror = (error) => this.#last.onerror?.(error);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    this.#wire.onclose = () => {
      this.#closed = true;
      this.#open.clear();
      for (const channel of channels()) channel.onclose?.();
    };
    await this.#wire.start();
  }

  async send(from: EraChannel, message: JSONRPCMessage): Promise<void> {
    if (this.#closed) return;
    if (!('method' in message) && message.id !== undefined && this.#open.get(message.id) === from) {
      this.#open.delete(message.id);
    }
    await this.#wire.send(message);
  }

  async close(): Promise<void> {
    if (!this.#closed) await this.#wire.close();
  }

  #receive(message: JSONRPCMessage): void {
    const channel = this.#channelFor(message);
    if ('method' in message && 'id' in message) {
      this.#open.set(message.id, channel);
      this.#last = channel;
    }
    if (this.#modern === null || channel !== this.#modern.channel || this.#modern.isReady) {
      channel.onmessage?.(message);
      return;
    }
    // In their order: whoever waits for the same promise goes on in the order of waiting.
    this.#modern.ready.then(
      () => channel.onmessage?.(message),
      (error: unknown) => this.#fail(error),
    );
  }

  #channelFor(message: JSONRPCMessage): EraChannel {
    if ('method' in message && claimsRevision(message)) return this.#modernChannel();
    if ('method' in message && 'id' in message) return this.legacy;
    const about: unknown =
      'method' in message && message.method === 'notifications/cancelled'
        ? message.params?.['requestId']
        : undefined;
    if (typeof about !== 'string' && typeof about !== 'number') return this.#last;
    const known = this.#open.get(about);
    // A cancelled request gets no answer.
    this.#open.delete(about);
    return known ?? this.#last;
  }

  #modernChannel(): EraChannel {
    if (this.#modern !== null) return this.#modern.channel;
    const channel = new EraChannel(this);
    const ready = this.#openModern(channel);
    const modern = { channel, ready, isReady: false };
    this.#modern = modern;
    ready.then(
      () => {
        modern.isReady = true;
      },
      (error: unknown) => this.#fail(error),
    );
    return channel;
  }

  #fail(reason: unknown): void {
    this.legacy.onerror?.(reason instanceof Error ? reason : new Error(String(reason)));
    this.#end().catch(() => {});
  }

  async #end(): Promise<void> {
    await this.#wire.close();
  }
}
