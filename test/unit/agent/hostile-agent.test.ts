/** An agent that sends what it should not: the connection ends with a clear error, and nothing else happens. */
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { connectAgent } from '../../../src/engine/agent/connect.ts';
import { encodeFrame, NONCE_BYTES, reply, request } from '../../../src/engine/agent/frame.ts';
import type { AgentConnection } from '../../../src/engine/agent/port.ts';
import { silentLogger } from '../../../src/log.ts';

/** The agent's side of a stream, with the session's seed learned from the greeting. */
class FakeAgent extends Duplex {
  readonly sent: Buffer[] = [];
  nonce = Buffer.alloc(0);

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.sent.push(chunk);
    if (this.nonce.length === 0) {
      this.nonce = Buffer.from(chunk.subarray(16, 16 + NONCE_BYTES));
      this.emit('greeted');
    }
    callback();
  }

  hello(version = 1, nonce: Buffer = this.nonce): Buffer {
    const payload = Buffer.concat([nonce, Buffer.alloc(10), Buffer.from('9.9.9')]);
    payload.writeUInt16LE(version, NONCE_BYTES);
    return encodeFrame(0, { type: reply.hello, flags: 0, channel: 0, payload });
  }

  frame(type: number, channel: number, payload: Buffer, flags = 0): void {
    this.push(encodeFrame(this.nonce.readUInt32LE(0), { type, flags, channel, payload }));
  }
}

const connect = async (fake: FakeAgent, timeoutMs = 1_000): Promise<AgentConnection> =>
  await connectAgent(fake, { timeoutMs, log: silentLogger() });

async function connected(): Promise<{ fake: FakeAgent; agent: AgentConnection }> {
  const fake = new FakeAgent();
  fake.once('greeted', () => fake.push(fake.hello()));
  return { fake, agent: await connect(fake) };
}

const u64 = (value: number, ...rest: Buffer[]): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return Buffer.concat([bytes, ...rest]);
};
const started = Buffer.from([9, 0, 0, 0]);

describe('a greeting', () => {
  it('is found behind anything, whole or in pieces', async () => {
    const fake = new FakeAgent();
    const stranger = fake.hello(1, Buffer.alloc(NONCE_BYTES, 7));
    fake.once('greeted', () => {
      const bytes = Buffer.concat([
        Buffer.alloc(100_000, 0xa7),
        stranger,
        stranger.subarray(0, 20),
        fake.hello(),
      ]);
      for (let at = 0; at < bytes.length; at += 1_000) fake.push(bytes.subarray(at, at + 1_000));
    });
    expect((await connect(fake)).info).toEqual({ protocolVersion: 1, agentVersion: '9.9.9', inherited: 0 });
    const slow = new FakeAgent();
    slow.once('greeted', () => {
      for (const byte of slow.hello()) slow.push(Buffer.of(byte));
    });
    expect((await connect(slow)).isOpen).toBe(true);
  });

  it.each([
    ['none', () => Buffer.alloc(0), 'agent_unreachable'],
    ['garbage', () => Buffer.alloc(200_000, 1), 'agent_unreachable'],
    ['an echo', (fake: FakeAgent) => fake.sent[0] ?? Buffer.alloc(0), 'agent_protocol'],
    ['another version', (fake: FakeAgent) => fake.hello(2), 'agent_protocol'],
    [
      'a damaged one',
      (fake: FakeAgent) => Buffer.from(fake.hello().map((byte, at) => (at === 40 ? byte ^ 1 : byte))),
      'agent_protocol',
    ],
  ])('is refused: %s', async (_, answer, code) => {
    const fake = new FakeAgent();
    fake.once('greeted', () => fake.push(answer(fake)));
    await expect(connect(fake, 200)).rejects.toMatchObject({ code });
    expect(fake.destroyed).toBe(true);
  });

  it('ends with the stream', async () => {
    const fake = new FakeAgent();
    fake.once('greeted', () => fake.push(null));
    await expect(connect(fake)).rejects.toMatchObject({ code: 'agent_unreachable' });
  });

  it('is repeated for an agent that waits for the rest of a frame', async () => {
    const fake = new FakeAgent();
    const connecting = connect(fake);
    await expect.poll(() => fake.sent.reduce((sum, chunk) => sum + chunk.length, 0)).toBeGreaterThan(65_552);
    fake.push(fake.hello());
    expect((await connecting).isOpen).toBe(true);
  });
});

describe('a session', () => {
  const data = Buffer.from('x');
  it.each([
    ['bytes that are no frame', (fake: FakeAgent) => void fake.push(Buffer.alloc(64))],
    [
      'a frame of another session',
      (fake: FakeAgent) =>
        void fake.push(encodeFrame(0, { type: reply.pong, flags: 0, channel: 1, payload: data })),
    ],
    [
      'a frame that is too long',
      (fake: FakeAgent) =>
        void fake.push(Buffer.from([0xa7, 0x5a, 0x92, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0])),
    ],
    ['an unknown type', (fake: FakeAgent) => fake.frame(0x77, 1, data)],
    ['an unopened channel', (fake: FakeAgent) => fake.frame(reply.data, 99, u64(0, data), 1)],
    ['an unknown stream', (fake: FakeAgent) => fake.frame(reply.data, 1, u64(0, data), 3)],
    ['stream 0', (fake: FakeAgent) => fake.frame(reply.data, 1, u64(0, data), 0)],
    ['a gap', (fake: FakeAgent) => fake.frame(reply.data, 1, u64(1, data), 1)],
    ['an offset beyond all', (fake: FakeAgent) => fake.frame(reply.data, 1, Buffer.alloc(9, 0xff), 1)],
    ['no data', (fake: FakeAgent) => fake.frame(reply.data, 1, u64(0), 1)],
    ['a short frame', (fake: FakeAgent) => fake.frame(reply.data, 1, Buffer.alloc(3), 1)],
    ['a wrong end', (fake: FakeAgent) => fake.frame(reply.end, 1, u64(5), 1)],
    [
      'data behind the end',
      (fake: FakeAgent) => {
        fake.frame(reply.end, 1, u64(0), 1);
        fake.frame(reply.data, 1, u64(0, data), 1);
      },
    ],
    ['an acknowledgement of nothing', (fake: FakeAgent) => fake.frame(reply.ack, 1, u64(1))],
    ['an unknown exit', (fake: FakeAgent) => fake.frame(reply.exit, 1, Buffer.alloc(5, 9))],
    ['a long exit', (fake: FakeAgent) => fake.frame(reply.exit, 1, Buffer.alloc(6))],
    [
      'more than the window',
      (fake: FakeAgent) => {
        for (let at = 0; at < 10; at++) fake.frame(reply.data, 1, u64(at * 60_000, Buffer.alloc(60_000)), 1);
      },
    ],
  ])('ends with %s', async (_, misbehave) => {
    const { fake, agent } = await connected();
    const spawning = agent.spawn({ argv: ['true'], stdin: true });
    const pinging = agent.ping();
    misbehave(fake);
    await expect(spawning).rejects.toMatchObject({ code: 'agent_protocol' });
    await expect(pinging).rejects.toMatchObject({ code: 'agent_protocol' });
    expect(await agent.closed).toMatchObject({ code: 'agent_protocol', retryable: false });
    expect(agent.isOpen).toBe(false);
    expect(fake.destroyed).toBe(true);
    await expect(agent.ping()).rejects.toMatchObject({ code: 'agent_unreachable' });
  });

  it('passes over late frames of a channel that is done', async () => {
    const { fake, agent } = await connected();
    const spawning = agent.spawn({ argv: ['true'] });
    fake.frame(reply.started, 1, started);
    fake.frame(reply.exit, 1, Buffer.from([0, 5, 0, 0, 0]));
    const process = await spawning;
    expect(await process.exited).toEqual({ code: 5, signal: null });
    fake.frame(reply.data, 1, u64(0, data), 1);
    fake.frame(reply.done, 77, data);
    const pinging = agent.ping();
    fake.frame(reply.pong, 2, Buffer.alloc(0));
    expect(await pinging).toBeGreaterThanOrEqual(0);
    agent.close();
  });

  it('keeps no more memory for tiny pieces than for large ones', async () => {
    const { fake, agent } = await connected();
    const spawning = agent.spawn({ argv: ['true'] });
    fake.frame(reply.started, 1, started);
    const process = await spawning;
    const before = globalThis.process.memoryUsage();
    for (let at = 0; at < 200_000; at++) fake.frame(reply.data, 1, u64(at, data), 1);
    const after = globalThis.process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(60_000_000);
    fake.frame(reply.exit, 1, Buffer.alloc(5));
    let bytes = 0;
    let chunks = 0;
    for await (const chunk of process.output('stdout')) {
      bytes += chunk.length;
      chunks += 1;
      expect(chunk.every((byte) => byte === 120)).toBe(true);
    }
    expect(bytes).toBe(200_000);
    expect(chunks).toBeLessThan(30);
    agent.close();
  });

  it('answers with what file operations make of nonsense', async () => {
    const { fake, agent } = await connected();
    const work = agent.stat('/x');
    fake.frame(reply.data, 1, u64(0, Buffer.alloc(100_000 / 2, 1)), 2);
    await expect(work).rejects.toMatchObject({ code: 'agent_protocol' });
    expect(agent.isOpen).toBe(false);
    const second = await connected();
    const reading = second.agent.readFile('/x', { maxBytes: 10 });
    second.fake.frame(reply.data, 1, u64(0, Buffer.alloc(11)), 1);
    await expect(reading).rejects.toMatchObject({ code: 'agent_protocol' });
    const third = await connected();
    const killed = third.agent.stat('/x');
    third.fake.frame(reply.exit, 1, Buffer.from([1, 9, 0, 0, 0]));
    await expect(killed).rejects.toMatchObject({ code: 'engine_error' });
    expect(third.agent.isOpen).toBe(true);
    third.agent.close();
  });

  it('gives up what is not answered, and says so to the guest', async () => {
    const { fake, agent } = await connected();
    await expect(agent.ping(20)).rejects.toMatchObject({ code: 'agent_unreachable', retryable: true });
    const controller = new AbortController();
    const work = agent.stat('/x', { signal: controller.signal });
    const before = fake.sent.length;
    controller.abort();
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    const said = Buffer.concat(fake.sent.slice(before));
    expect(said.includes(Buffer.from([0xa7, 0x5a, request.release]))).toBe(true);
    agent.close();
  });

  it('refuses more operations than the guest has channels for', async () => {
    const { agent } = await connected();
    const all = Array.from({ length: 1024 }, async () => await agent.stat('/x'));
    await expect(agent.stat('/x')).rejects.toMatchObject({ code: 'capacity' });
    agent.close();
    const results = await Promise.allSettled(all);
    expect(results.every((result) => result.status === 'rejected')).toBe(true);
  });
});
