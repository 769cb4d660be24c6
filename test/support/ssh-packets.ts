/** A client that gets past the key exchange like any other and then sends packets that ssh2 would never send. */
import { type EventEmitter, once } from 'node:events';
import ssh2, { type Client } from 'ssh2';

/** The parts of ssh2 that make packets; it offers nothing to send them raw. */
interface PacketMaker {
  readonly _packetRW: {
    readonly write: {
      readonly allocStart: number;
      alloc(payloadBytes: number): Buffer;
      finalize(packet: Buffer): Buffer;
    };
  };
  readonly _cipher: { encrypt(packet: Buffer): void };
}

const isPacketMaker = (value: unknown): value is PacketMaker =>
  typeof value === 'object' && value !== null && '_packetRW' in value && '_cipher' in value;

/** Sends one packet with this payload, which begins with the number of its kind. */
export function sendPacket(client: Client, payload: Buffer): void {
  const maker: unknown = Reflect.get(client, '_protocol');
  if (!isPacketMaker(maker)) throw new Error('ssh2 makes its packets otherwise now');
  const { write } = maker._packetRW;
  const packet = write.alloc(payload.length);
  payload.copy(packet, write.allocStart);
  maker._cipher.encrypt(write.finalize(packet));
}

/** Resolves with the event, whatever error comes before it. */
export const whenClosed = (emitter: EventEmitter): Promise<void> =>
  new Promise((resolve) => {
    emitter.once('close', () => resolve());
  });

/** Connects as `token`; resolves when the keys are exchanged, or with `ready` when the token was accepted. */
export async function connectRaw(port: number, token: string, until: 'handshake' | 'ready'): Promise<Client> {
  const client = new ssh2.Client();
  client.on('error', () => undefined);
  const reached = Promise.race([
    once(client, until),
    whenClosed(client).then(() => {
      throw new Error('the gateway closed the connection');
    }),
  ]);
  client.connect({ host: '127.0.0.1', port, username: token, readyTimeout: 20_000, authHandler: ['none'] });
  await reached;
  return client;
}

export const u32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32BE(value >>> 0, index * 4));
  return bytes;
};

export const text = (value: string | Buffer): Buffer =>
  Buffer.concat([u32(Buffer.byteLength(value)), Buffer.from(value)]);
