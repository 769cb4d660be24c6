/** Properties of the client's decoder and connection against arbitrary bytes in arbitrary chunks. */
import { Duplex } from 'node:stream';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { connectAgent } from '../../src/engine/agent/connect.ts';
import { FrameDecoder } from '../../src/engine/agent/decoder.ts';
import { encodeFrame, type Frame, NONCE_BYTES, reply } from '../../src/engine/agent/frame.ts';
import { HelloFinder } from '../../src/engine/agent/hello.ts';
import { isThawError } from '../../src/errors.ts';
import { silentLogger } from '../../src/log.ts';

const seed = 0x1234_5678;
const byte = fc.integer({ min: 0, max: 255 });
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.integer({ min: 60_000, max: 65_536 }).map((length) => new Uint8Array(length).fill(0xa7)),
);
const frame: fc.Arbitrary<Frame> = fc.record({
  type: fc.oneof(fc.constantFrom(...Object.values(reply)), byte),
  flags: fc.oneof(fc.constantFrom(0, 1, 2), byte),
  channel: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.nat(0xffff_ffff)),
  payload: payload.map((bytes) => Buffer.from(bytes)),
});
const cuts = fc.array(fc.oneof(fc.constantFrom(15, 16, 17, 65_551), fc.integer({ min: 1, max: 70_000 })), {
  minLength: 1,
  maxLength: 12,
});

/** The sizes over and over, with small ones repeated often enough to matter but not for ever. */
function* chunksOf(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = (sizes[turn % sizes.length] ?? 1) + (turn > 5_000 ? 4_096 : 0);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const encodeAll = (frames: readonly Frame[]): Buffer =>
  Buffer.concat(frames.map((one) => encodeFrame(seed, one)));

it('decodes what was encoded, however it is cut', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), cuts, (frames, sizes) => {
      const decoder = new FrameDecoder(seed);
      const found: Frame[] = [];
      const bytes = encodeAll(frames);
      for (const chunk of chunksOf(bytes, sizes)) decoder.push(chunk, (one) => found.push(one));
      expect(found).toHaveLength(frames.length);
      expect(encodeAll(found).equals(bytes)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it('ends with agent_protocol, and nothing else, at the first damage', () => {
  fc.assert(
    fc.property(
      fc.array(frame, { minLength: 1, maxLength: 4 }),
      cuts,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (frames, sizes, where, flip) => {
        const bytes = encodeAll(frames);
        const at = where % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        const decoder = new FrameDecoder(seed);
        const found: Frame[] = [];
        try {
          for (const chunk of chunksOf(bytes, sizes)) decoder.push(chunk, (one) => found.push(one));
        } catch (error) {
          if (!isThawError(error, 'agent_protocol')) throw error;
        }
        // A changed length may leave it waiting; it must never invent a frame.
        expect(encodeAll(found).equals(encodeAll(frames.slice(0, found.length)))).toBe(true);
        expect(found.length).toBeLessThan(frames.length);
      },
    ),
    { numRuns: 300 },
  );
});

it('finds the greeting behind any bytes, and only the one with its nonce', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 5_000 }),
      cuts,
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      (noise, sizes, nonceBytes) => {
        const nonce = Buffer.from(nonceBytes);
        fc.pre(!Buffer.from(noise).includes(nonce.subarray(0, 2)));
        const body = Buffer.concat([nonce, Buffer.alloc(10), Buffer.from('1.2.3')]);
        body.writeUInt16LE(1, NONCE_BYTES);
        const answer = encodeFrame(0, { type: reply.hello, flags: 0, channel: 0, payload: body });
        const finder = new HelloFinder(nonce);
        let info: unknown = null;
        for (const chunk of chunksOf(Buffer.concat([Buffer.from(noise), answer]), sizes))
          info ??= finder.push(chunk)?.info;
        expect(info).toEqual({ protocolVersion: 1, agentVersion: '1.2.3', inherited: 0 });
      },
    ),
    { numRuns: 300 },
  );
});

/** Answers the greeting and then says what it is told to. */
class Scripted extends Duplex {
  readonly #script: (seed: number) => Buffer;
  readonly #sizes: readonly number[];
  #greeted = false;

  constructor(script: (seed: number) => Buffer, sizes: readonly number[]) {
    super();
    this.#script = script;
    this.#sizes = sizes;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    callback();
    if (this.#greeted) {
      this.#speak?.();
      this.#speak = null;
      return;
    }
    this.#greeted = true;
    const nonce = Buffer.from(chunk.subarray(16, 16 + NONCE_BYTES));
    const body = Buffer.concat([nonce, Buffer.alloc(10), Buffer.from('x')]);
    body.writeUInt16LE(1, NONCE_BYTES);
    this.#speak = () => {
      for (const piece of chunksOf(this.#script(nonce.readUInt32LE(0)), this.#sizes)) this.push(piece);
      this.push(null);
    };
    this.push(encodeFrame(0, { type: reply.hello, flags: 0, channel: 0, payload: body }));
  }

  #speak: (() => void) | null = null;
}

const script = fc.array(
  fc.oneof({ weight: 8, arbitrary: frame }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 50 }) }),
  { maxLength: 10 },
);

it('leaves no caller waiting and throws nothing but ThawErrors, whatever the agent says', async () => {
  await fc.assert(
    fc.asyncProperty(script, cuts, async (parts, sizes) => {
      const say = (session: number): Buffer =>
        Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : encodeFrame(session, part))));
      const agent = await connectAgent(new Scripted(say, sizes), { timeoutMs: 2_000, log: silentLogger() });
      const work = [
        agent.spawn({ argv: ['x'], stdin: true }).then(async (process) => {
          await process.write(Buffer.alloc(100_000));
          for await (const _ of process.output('stdout')) continue;
          return await process.exited;
        }),
        agent.stat('/x'),
        agent.dial(1).then(async (socket) => {
          for await (const _ of socket.received) continue;
        }),
        agent.ping(),
      ];
      for (const result of await Promise.allSettled(work)) {
        if (result.status === 'rejected' && !isThawError(result.reason)) throw result.reason;
      }
      const reason = await agent.closed;
      expect(isThawError(reason, 'agent_protocol', 'agent_unreachable')).toBe(true);
    }),
    { numRuns: 500 },
  );
});
