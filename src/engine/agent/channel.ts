/** One channel of a connection: the streams and the outcome of one command, file operation or socket. */

import { ByteReader } from './byte-reader.ts';
import { deferred } from './deferred.ts';
import { type GuestFailure, toFailure } from './errno.ts';
import { ACK_READER_GONE, type Frame, reply, request } from './frame.ts';
import { InboundStream } from './inbound-stream.ts';
import { OutboundStream } from './outbound-stream.ts';
import { violation } from './violation.ts';

/** How the work of a channel ended; `errno` for a socket that broke. */
export interface ChannelExit {
  readonly kind: 'code' | 'signal' | 'errno';
  readonly value: number;
}

const exitKinds = ['code', 'signal', 'errno'] as const;

/** The guest refused or failed to start the work. Callers translate it; it never leaves this directory. */
export class StartFailure extends Error {
  readonly failure: GuestFailure;

  constructor(failure: GuestFailure) {
    super(`step ${failure.step}, errno ${failure.errno}`);
    this.failure = failure;
  }
}

export interface ChannelPort {
  send(type: number, channel: number, payload?: Buffer, flags?: number): void;
  /** Goes out with the next frame, or a few milliseconds later. */
  sendLater(type: number, channel: number): void;
  /** The channel is over on both sides. */
  forget(channel: number): void;
}

function offsetFrame(offset: number, bytes?: Buffer): Buffer {
  const payload = Buffer.allocUnsafe(8 + (bytes?.length ?? 0));
  payload.writeUInt32LE(offset % 0x1_0000_0000, 0);
  payload.writeUInt32LE(Math.floor(offset / 0x1_0000_0000), 4);
  bytes?.copy(payload, 8);
  return payload;
}

export class Channel {
  readonly id: number;
  readonly outputs: readonly [InboundStream, InboundStream];
  readonly input: OutboundStream;
  readonly #port: ChannelPort;
  readonly #started = deferred<number>();
  readonly #exited = deferred<ChannelExit>();
  #over = false;

  constructor(id: number, port: ChannelPort) {
    this.id = id;
    this.#port = port;
    const acknowledge = (stream: number) => (offset: number) =>
      this.#over ? undefined : port.send(request.ack, id, offsetFrame(offset), stream);
    this.outputs = [new InboundStream(acknowledge(1)), new InboundStream(acknowledge(2))];
    this.input = new OutboundStream({
      data: (offset, bytes) => port.send(request.data, id, offsetFrame(offset, bytes)),
      end: (offset) => port.send(request.end, id, offsetFrame(offset)),
    });
  }

  /** The guest's process id. Rejects with StartFailure, or with the connection's error. */
  get started(): Promise<number> {
    return this.#started.promise;
  }

  get exited(): Promise<ChannelExit> {
    return this.#exited.promise;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Throws `agent_protocol` for a frame that makes no sense here. */
  receive(frame: Frame): void {
    const body = new ByteReader(frame.payload);
    if (frame.type === reply.data) {
      this.#output(frame.flags).receive(body.u64(), body.take(body.left));
      return;
    }
    const act = this.#parse(frame, body);
    body.end();
    act();
  }

  /** To the process group, as long as the work is not over. */
  signal(signal: number): void {
    if (this.#over) return;
    const payload = Buffer.alloc(4);
    payload.writeUInt32LE(signal);
    this.#port.send(request.signal, this.id, payload);
  }

  resize(cols: number, rows: number): void {
    if (this.#over) return;
    const payload = Buffer.alloc(4);
    payload.writeUInt16LE(cols, 0);
    payload.writeUInt16LE(rows, 2);
    this.#port.send(request.resize, this.id, payload);
  }

  /** Gives the channel up: the guest drops its output and closes its input; a command goes on, a file operation stops. */
  release(reason: Error): void {
    if (this.#over) return;
    this.#port.send(request.release, this.id);
    this.#finish(reason, null);
  }

  /** The connection is gone. */
  fail(error: Error): void {
    if (!this.#over) this.#finish(error, null);
  }

  /** What a frame asks for, once all of it is known to make sense. */
  #parse({ type, flags }: Frame, body: ByteReader): () => void {
    if (type === reply.end) {
      const stream = this.#output(flags);
      if (body.u64() !== stream.receivedBytes) throw violation('a stream ended where it was not');
      return () => stream.end();
    }
    if (type === reply.ack) {
      const offset = body.u64();
      return () => this.input.acknowledge(offset, (flags & ACK_READER_GONE) !== 0);
    }
    if (type === reply.started) {
      const pid = body.u32();
      return () => this.#started.resolve(pid);
    }
    if (type === reply.failed) {
      const failure = toFailure(body.u32(), body.u8());
      return () => this.#finish(new StartFailure(failure), null);
    }
    const kind = type === reply.exit ? exitKinds[body.u8()] : undefined;
    if (kind === undefined) throw violation(`a frame has the unknown type ${type} or a malformed exit`);
    const value = body.u32();
    return () => {
      // The agent keeps little of a channel that is over, and nobody waits for it: no write of its own for that.
      this.#port.sendLater(request.release, this.id);
      this.#finish(null, { kind, value });
    };
  }

  #output(flags: number): InboundStream {
    const stream = this.outputs[(flags & 0x0f) - 1];
    if (stream === undefined) throw violation('a frame names a stream that does not exist');
    return stream;
  }

  #finish(error: Error | null, exit: ChannelExit | null): void {
    this.#over = true;
    if (error !== null) {
      this.#started.reject(error);
      this.#exited.reject(error);
    } else if (exit !== null) {
      this.#started.resolve(0);
      this.#exited.resolve(exit);
    }
    for (const output of this.outputs) output.end(error);
    this.input.stop(error);
    this.#port.forget(this.id);
  }
}
