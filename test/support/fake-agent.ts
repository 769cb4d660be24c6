/**
 * The guest agent's side of an attach stream, in memory and over the real wire format: it answers what the engine's
 * lifecycle needs and refuses files. A command that contains WAIT runs until it is killed; any other succeeds at once.
 */
import { Duplex } from 'node:stream';
import { FrameDecoder } from '../../src/engine/agent/decoder.ts';
import {
  encodeFrame,
  type Frame,
  HEADER_BYTES,
  NONCE_BYTES,
  PROTOCOL_VERSION,
  reply,
  request,
} from '../../src/engine/agent/frame.ts';

const SPAWN = 1;
const ENOENT = 2;
const GREETING_BYTES = HEADER_BYTES + NONCE_BYTES + 2;

export interface AgentHost {
  /** Whether the agent stands still. */
  isFrozen(): boolean;
  /** The engine asked the guest to end. */
  onShutdown(): void;
}

const u32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
};

export class FakeAgentStream extends Duplex {
  readonly #host: AgentHost;
  #held: Buffer = Buffer.alloc(0);
  #decoder: FrameDecoder | null = null;
  #seed = 0;
  readonly #waiting = new Set<number>();

  constructor(host: AgentHost) {
    super({ allowHalfOpen: false });
    this.#host = host;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#held = Buffer.concat([this.#held, chunk]);
    if (!this.#host.isFrozen()) this.proceed();
    done();
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  /** Takes in what came while it was frozen. */
  proceed(): void {
    if (this.#decoder === null) {
      if (this.#held.length < GREETING_BYTES) return;
      this.#greet(this.#held.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES));
      this.#held = this.#held.subarray(GREETING_BYTES);
    }
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    this.#decoder?.push(held, (frame) => this.#answer(frame));
  }

  #greet(nonce: Buffer): void {
    this.#seed = nonce.readUInt32LE(0);
    this.#decoder = new FrameDecoder(this.#seed);
    const payload = Buffer.concat([nonce, Buffer.alloc(10), Buffer.from('0.0.0-fake')]);
    payload.writeUInt16LE(PROTOCOL_VERSION, NONCE_BYTES);
    this.push(encodeFrame(0, { type: reply.hello, flags: 0, channel: 0, payload }));
  }

  #send(type: number, channel: number, payload: Buffer): void {
    if (!this.destroyed) this.push(encodeFrame(this.#seed, { type, flags: 0, channel, payload }));
  }

  #answer({ type, channel, payload }: Frame): void {
    switch (type) {
      case request.ping:
        this.#send(reply.pong, channel, payload);
        return;
      case request.open:
        this.#open(channel, payload);
        return;
      case request.signal:
        // Kind 1: by a signal.
        if (this.#waiting.delete(channel))
          this.#send(reply.exit, channel, Buffer.concat([Buffer.of(1), payload]));
        return;
      case request.shutdown:
        this.#host.onShutdown();
        return;
      case request.ack:
      case request.end:
      case request.release:
        return;
      default:
        throw new Error(`unplanned frame ${type} to a fake agent`);
    }
  }

  #open(channel: number, payload: Buffer): void {
    if (payload[0] !== SPAWN) {
      this.#send(reply.failed, channel, Buffer.concat([u32(ENOENT), Buffer.of(0)]));
      return;
    }
    this.#send(reply.started, channel, u32(7));
    if (payload.includes('WAIT')) this.#waiting.add(channel);
    else this.#send(reply.exit, channel, Buffer.concat([Buffer.of(0), u32(0)]));
  }
}
