/** The private first line of a relay, and everything that is none. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readFirstLine } from '../../../src/server/handshake.ts';

let server: ReturnType<typeof createServer>;
let peer: Socket;
let accepted: Promise<Socket>;
beforeEach(async () => {
  server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  accepted = new Promise((resolve) => server.once('connection', resolve));
  const address: AddressInfo | string | null = server.address();
  peer = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
});
afterEach(async () => {
  peer.destroy();
  (await accepted).destroy();
  server.close();
});

/** What it reads from the socket afterwards, up to `bytes`. */
async function rest(socket: Socket, bytes: number): Promise<string> {
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.length >= bytes) break;
  }
  return text;
}

it('is read in any pieces, and what follows is left', async () => {
  const socket = await accepted;
  const reading = readFirstLine(socket);
  for (const piece of ['{"tha', 'w":{"toolsets":"core","readOnly":true', '}}\n{"jsonrpc"', ':"2.0"}\n']) {
    peer.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await reading).toEqual({ toolsets: 'core', readOnly: true });
  expect(await rest(socket, 18)).toBe('{"jsonrpc":"2.0"}\n');
});

it('is not there when a client speaks at once', async () => {
  const socket = await accepted;
  peer.write('{"jsonrpc":"2.0","id":1}\n');
  expect(await readFirstLine(socket)).toBeNull();
  expect(await rest(socket, 25)).toBe('{"jsonrpc":"2.0","id":1}\n');
});

it('is gone with a peer that says nothing', async () => {
  const socket = await accepted;
  peer.end();
  expect(await readFirstLine(socket)).toBe('gone');
});

it.each(['{"thaw":1}\n', '{"thaw":{"unknown":1}}\n', '{"thaw":{\n', `{"thaw":"${'x'.repeat(70_000)}`])(
  'makes no sense as %.20s',
  async (line) => {
    const socket = await accepted;
    peer.write(line);
    expect(await readFirstLine(socket)).toMatchObject({ code: 'invalid_argument' });
  },
);
