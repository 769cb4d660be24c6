/**
 * The SDK's transport over two byte streams, one JSON-RPC message a line: a unix socket or standard input and
 * output. When the peer has said its last word, the calls it still waits for get a moment to be answered.
 */
import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../clock.ts';
import { invalidMessageError, type LineError, oversizeError, parseError } from './line-errors.ts';
import { LineReader } from './line-reader.ts';

/** A 10 MiB file as base64 or as text with many escapes fits. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;
/** How long answers may take after the peer closed its sending side. */
export const LINGER_MS = 5_000;
/** How long a peer that does not read may keep a closed connection. */
const FLUSH_MS = 1_000;

export interface LineTransportOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly clock: Clock;
  readonly maxLineBytes?: number;
  readonly lingerMs?: number;
}

export class LineTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;

  readonly #options: LineTransportOptions;
  readonly #reader: LineReader;
  /** Requests of the peer without an answer yet. */
  readonly #open = new Set<RequestId>();
  #inputEnded = false;
  #closed = false;
  #cancelLinger: () => void = () => {};

  constructor(options: LineTransportOptions) {
    this.#options = options;
    const maxBytes = options.maxLineBytes ?? MAX_LINE_BYTES;
    this.#reader = new LineReader(maxBytes, {
      onLine: (line) => this.#receive(line),
      onOversize: (ends) => this.#refuse(oversizeError(ends, maxBytes)),
    });
  }

  async start(): Promise<void> {
    const { input, output } = this.#options;
    const fail = (error: Error): void => {
      this.onerror?.(error);
      this.#finish();
    };
    input.on('data', (chunk: Buffer) => this.#reader.push(chunk));
    input.on('end', () => this.#endInput());
    output.on('drain', () => input.resume());
    input.on('error', fail);
    input.on('close', () => this.#endInput());
    // One duplex stream may be both.
    if (!Object.is(input, output)) output.on('error', fail);
    output.on('close', () => this.#finish());
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#write(message);
    if (!('method' in message) && message.id !== undefined) this.#settle(message.id);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#finish();
  }

  #receive(line: string): void {
    if (this.#closed || line.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      this.#refuse(parseError());
      return;
    }
    const parsed = JSONRPCMessageSchema.safeParse(value);
    if (!parsed.success) this.#refuse(invalidMessageError(value));
    else this.#deliver(parsed.data);
  }

  #deliver(message: JSONRPCMessage): void {
    if ('method' in message && 'id' in message) this.#open.add(message.id);
    this.onmessage?.(message);
    if ('method' in message && message.method === 'notifications/cancelled') {
      // A cancelled request gets no answer, so nothing is to be waited for.
      const id = message.params?.['requestId'];
      if (typeof id === 'string' || typeof id === 'number') this.#settle(id);
    }
  }

  #refuse(error: LineError): void {
    this.onerror?.(new Error(error.error.message));
    if (!this.#closed) this.#write(error);
  }

  /** A peer that does not read is not read from either, so what it can make wait here is bounded. */
  #write(message: JSONRPCMessage | LineError): void {
    const { input, output } = this.#options;
    if (this.#closed || !output.writable) return;
    if (!output.write(`${JSON.stringify(message)}\n`) && !this.#inputEnded) input.pause();
  }

  #settle(id: RequestId): void {
    this.#open.delete(id);
    if (this.#inputEnded && this.#open.size === 0) this.#finish();
  }

  #endInput(): void {
    if (this.#inputEnded || this.#closed) return;
    this.#inputEnded = true;
    if (this.#open.size === 0) this.#finish();
    else {
      const { clock, lingerMs = LINGER_MS } = this.#options;
      this.#cancelLinger = clock.schedule(lingerMs, () => this.#finish());
    }
  }

  #finish(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelLinger();
    const { input, output, clock } = this.#options;
    const cancel = clock.schedule(FLUSH_MS, () => output.destroy());
    output.once('close', cancel);
    output.end();
    // What still comes is dropped; reading on lets a socket reach its end. Standard input is not ours to destroy.
    input.resume();
    this.onclose?.();
  }
}
