/** The engine's end of one connection: frames out, frames in to where they belong, and one end for all. */
import type { Duplex } from 'node:stream';
import { ThawError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { Channel } from './channel.ts';
import { FrameDecoder } from './decoder.ts';
import { type Deferred, deferred, withDeadline } from './deferred.ts';
import { type Frame, MAX_PAYLOAD_BYTES, MAX_REQUEST_BYTES, OPEN_MORE, reply, request } from './frame.ts';
import { FrameSender } from './frame-sender.ts';
import { violation } from './violation.ts';

/** The agent's own limit; asking for more would only come back as an error. */
const MAX_CHANNELS = 1024;
const LAST_ID = 0xffff_ffff;

export const unreachable = (why: string, cause?: unknown): ThawError =>
  new ThawError('agent_unreachable', why, cause === undefined ? {} : { cause });

export class AgentLink {
  readonly #stream: Duplex;
  readonly #log: Logger;
  readonly #sender: FrameSender;
  readonly #decoder: FrameDecoder;
  readonly #channels = new Map<number, Channel>();
  readonly #calls = new Map<number, Deferred<Buffer>>();
  readonly #closed = deferred<Error>();
  #lastId = 0;
  #ended: Error | null = null;

  /** Takes the stream, whose session is agreed upon by now, and `rest`, which was read beyond the agreement. */
  constructor(stream: Duplex, seed: number, log: Logger) {
    this.#stream = stream;
    this.#log = log;
    this.#sender = new FrameSender(stream, seed);
    this.#decoder = new FrameDecoder(seed);
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('error', (error) => this.close(unreachable('The connection to the guest agent broke.', error)));
    const gone = (): void => this.close(unreachable('The guest agent has ended, or its container has.'));
    stream.on('end', gone);
    stream.on('close', gone);
  }

  start(rest: Buffer): void {
    this.#receive(rest);
  }

  get closed(): Promise<Error> {
    return this.#closed.promise;
  }

  get isOpen(): boolean {
    return this.#ended === null;
  }

  /** Opens a channel with a request. Throws `agent_unreachable`, `capacity`, or `invalid_argument` for one too long. */
  open(payload: Buffer): Channel {
    this.#requireOpen();
    if (payload.length > MAX_REQUEST_BYTES) {
      const most = MAX_REQUEST_BYTES / 1024 / 1024;
      throw new ThawError(
        'invalid_argument',
        `Command, arguments and environment exceed ${most} MiB together.`,
      );
    }
    if (this.#channels.size >= MAX_CHANNELS) {
      throw new ThawError('capacity', `More than ${MAX_CHANNELS} operations run in this sandbox at once.`);
    }
    const channel = new Channel(this.#nextId(), {
      send: (type, id, body, flags) => this.#sender.send(type, id, body, flags),
      sendLater: (type, id) => this.#sender.sendLater(type, id),
      forget: (id) => this.#channels.delete(id),
    });
    this.#channels.set(channel.id, channel);
    let at = 0;
    for (; payload.length - at > MAX_PAYLOAD_BYTES; at += MAX_PAYLOAD_BYTES) {
      this.#sender.send(request.open, channel.id, payload.subarray(at, at + MAX_PAYLOAD_BYTES), OPEN_MORE);
    }
    this.#sender.send(request.open, channel.id, payload.subarray(at));
    return channel;
  }

  /** A request with one answer. Throws `agent_unreachable` when none comes in time. */
  async call(type: number, payload: Buffer, timeoutMs: number): Promise<Buffer> {
    this.#requireOpen();
    const id = this.#nextId();
    const answer = deferred<Buffer>();
    this.#calls.set(id, answer);
    this.#sender.send(type, id, payload);
    try {
      return await withDeadline(answer.promise, timeoutMs, () =>
        unreachable(`The guest agent did not answer within ${timeoutMs} ms.`),
      );
    } finally {
      this.#calls.delete(id);
    }
  }

  /** A request without an answer. */
  tell(type: number, payload: Buffer): void {
    if (this.#ended === null) this.#sender.send(type, 0, payload);
  }

  close(reason: Error): void {
    if (this.#ended !== null) return;
    this.#sender.flush();
    this.#ended = reason;
    for (const channel of this.#channels.values()) channel.fail(reason);
    for (const answer of this.#calls.values()) answer.reject(reason);
    this.#channels.clear();
    this.#stream.destroy();
    this.#closed.resolve(reason);
  }

  #requireOpen(): void {
    if (this.#ended !== null) throw unreachable('The connection to the guest agent is closed.', this.#ended);
  }

  #nextId(): number {
    do this.#lastId = this.#lastId === LAST_ID ? 1 : this.#lastId + 1;
    while (this.#channels.has(this.#lastId) || this.#calls.has(this.#lastId));
    return this.#lastId;
  }

  #receive(chunk: Buffer): void {
    if (this.#ended !== null) return;
    try {
      this.#decoder.push(chunk, (frame) => this.#dispatch(frame));
    } catch (error) {
      this.#log.warn({ err: error }, 'guest agent connection ended');
      this.close(error instanceof Error ? error : violation('it sent nonsense'));
    }
  }

  #dispatch(frame: Frame): void {
    if (this.#ended !== null) return;
    if (frame.type === reply.pong || frame.type === reply.done) {
      // One whose deadline is over is passed over.
      this.#calls.get(frame.channel)?.resolve(Buffer.from(frame.payload));
      return;
    }
    const channel = this.#channels.get(frame.channel);
    if (channel !== undefined) channel.receive(frame);
    else if (frame.channel > this.#lastId) throw violation('a frame names a channel that was never opened');
  }
}
