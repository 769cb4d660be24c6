/** The transport at its edges: a peer that does not read, an input that ends while calls run. */
import { PassThrough, Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { LineTransport } from '../../../src/server/line-transport.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const request = (id: number): string => `${JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' })}\n`;
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function open(output: Writable = new PassThrough()) {
  const clock = new ManualClock();
  const input = new PassThrough();
  const transport = new LineTransport({ input, output, clock, lingerMs: 5_000 });
  const seen: unknown[] = [];
  const state = { closed: false };
  Object.assign(transport, {
    onmessage: (message: unknown) => seen.push(message),
    onclose: () => {
      state.closed = true;
    },
  });
  await transport.start();
  return { clock, input, transport, seen, state };
}

it('waits for open requests after the end of the input, then closes', async () => {
  const { input, transport, state } = await open();
  input.end(request(1) + request(2));
  await tick();
  await tick();
  await transport.send({ jsonrpc: '2.0', id: 1, result: {} });
  expect(state.closed).toBe(false);
  await transport.send({ jsonrpc: '2.0', id: 2, result: {} });
  expect(state.closed).toBe(true);
});

it('does not wait longer than the bound', async () => {
  const { clock, input, state } = await open();
  input.end(request(1));
  await tick();
  await tick();
  clock.advance(4_999);
  expect(state.closed).toBe(false);
  clock.advance(1);
  expect(state.closed).toBe(true);
});

it('does not wait for a request that was cancelled', async () => {
  const { input, state } = await open();
  const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
  input.end(`${request(1)}${JSON.stringify(cancel)}\n`);
  await tick();
  await tick();
  expect(state.closed).toBe(true);
});

it('stops reading from a peer that does not read, and goes on when it does', async () => {
  let release: () => void = () => {};
  const slow = new Writable({
    highWaterMark: 16,
    write: (_chunk, _encoding, done) => {
      release = done;
    },
  });
  const { input, transport, seen } = await open(slow);
  input.write(request(1));
  await tick();
  await transport.send({ jsonrpc: '2.0', id: 1, result: { text: 'x'.repeat(100) } });
  expect(input.isPaused()).toBe(true);
  input.write(request(2));
  await tick();
  expect(seen).toHaveLength(1);
  release();
  await tick();
  await tick();
  expect(seen).toHaveLength(2);
});

it('sends nothing once it is closed', async () => {
  const output = new PassThrough();
  const { transport } = await open(output);
  await transport.close();
  await transport.send({ jsonrpc: '2.0', id: 1, result: {} });
  expect(output.read()).toBeNull();
});
