/** A DNS server on loopback, UDP and TCP, that knows the names that a test gives it and counts what it is asked. */
import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { type Answer, decode, encode } from 'dns-packet';
import { z } from 'zod';

const Port = z.object({ port: z.number() });
const NO_SUCH_NAME = 3;

export interface NameServer {
  /** As Node writes a server. */
  readonly address: string;
  /** Names that it was asked for, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Addresses by name; `large` ones answer over UDP with the mark that they are cut. */
export async function openNameServer(
  names: Readonly<Record<string, readonly string[]>>,
  { ttl = 1, large = [] }: { readonly ttl?: number; readonly large?: readonly string[] } = {},
): Promise<NameServer> {
  const asked: string[] = [];
  const reply = (message: Buffer, overUdp: boolean): Buffer => {
    const { id = 0, questions = [] } = decode(message);
    const { name = '', type = 'A' } = questions[0] ?? {};
    asked.push(name);
    const addresses = (names[name] ?? []).filter((address) => address.includes(':') === (type === 'AAAA'));
    const cut = overUdp && large.includes(name);
    const answers = addresses.map(
      (data): Answer => ({ type: data.includes(':') ? 'AAAA' : 'A', name, ttl, data }),
    );
    const code = names[name] === undefined ? NO_SUCH_NAME : 0;
    const flags = 0x0180 | code | (cut ? 0x0200 : 0);
    return encode({ type: 'response', id, flags, questions, answers: cut ? [] : answers });
  };
  const udp = createSocket('udp4');
  udp.on('message', (message, { port, address }) => udp.send(reply(message, true), port, address));
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  const { port } = Port.parse(udp.address());
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => {
      const message = reply(data.subarray(2), false);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.write(Buffer.concat([length, message]));
    });
  });
  await new Promise<void>((resolve) => tcp.listen(port, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${port}`,
    asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(() => resolve())),
        new Promise<void>((resolve) => tcp.close(() => resolve())),
      ]);
    },
  };
}
