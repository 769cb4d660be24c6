/** Asks the host's own resolvers: each in turn over UDP, over TCP where the answer does not fit. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { encode } from 'dns-packet';
import { ThawError } from '../../../errors.ts';
import { type Question, readAnswer } from './message.ts';

const TRY_MS = 2_000;
const DNS_PORT = 53;
const MAX_TCP_BYTES = 65_535 + 2;
const RECURSION_DESIRED = 0x0100;

export interface Server {
  readonly host: string;
  readonly port: number;
}

/** `1.2.3.4`, `1.2.3.4:5353`, `::1` or `[::1]:5353`, as Node writes the system's servers. */
export function parseServer(text: string): Server {
  const bracketed = /^\[(.*)\]:(\d+)$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: Number(bracketed[2]) };
  if (isIPv6(text)) return { host: text, port: DNS_PORT };
  const [host = '', port] = text.split(':');
  return { host, port: port === undefined ? DNS_PORT : Number(port) };
}

/** Resolves with the first message that `isAnswer` takes; others may be forged and are passed over. */
function askUdp(
  { host, port }: Server,
  query: Buffer,
  isAnswer: (message: Buffer) => boolean,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // A socket, and with it a port, of its own for each question.
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const end = (act: () => void): void => {
      clearTimeout(timer);
      socket.close();
      act();
    };
    const timer = setTimeout(() => end(() => reject(new Error('no answer in time'))), TRY_MS);
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('message', (message) => {
      if (isAnswer(message)) end(() => resolve(message));
    });
    socket.connect(port, host, () => socket.send(query));
  });
}

function askTcp(
  { host, port }: Server,
  query: Buffer,
  isAnswer: (message: Buffer) => boolean,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: TRY_MS });
    const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), TRY_MS);
    let received = Buffer.alloc(0);
    socket.on('connect', () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(query.length);
      socket.write(Buffer.concat([length, query]));
    });
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const whole = received.length >= 2 && received.length >= 2 + received.readUInt16BE(0);
      if (!whole && received.length <= MAX_TCP_BYTES) return;
      const message = received.subarray(2, 2 + received.readUInt16BE(0));
      if (whole && isAnswer(message)) resolve(message);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new Error('the server closed the connection'));
    });
  });
}

const SERVER_FAILURE = 2;
const REFUSED = 5;

/** The first good answer of the servers in turn, byte for byte, with an id of its own. Throws `timeout` when none answers. */
export async function askUpstream(servers: readonly Server[], question: Question): Promise<Buffer> {
  const id = randomInt(0, 0x1_0000);
  const { name, type, packet } = question;
  const query = encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: packet.questions ?? [],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
  const isAnswer = (message: Buffer): boolean =>
    message.length >= 12 && message.readUInt16BE(0) === id && readAnswer(message, { name, type }) !== null;
  let last: Buffer | null = null;
  let cause: unknown = null;
  for (const server of servers) {
    try {
      const message = await askUdp(server, query, isAnswer);
      const facts = readAnswer(message, { name, type });
      const whole = facts?.truncated === true ? await askTcp(server, query, isAnswer) : message;
      if (facts?.code !== SERVER_FAILURE && facts?.code !== REFUSED) return whole;
      last = whole;
    } catch (error) {
      cause = error;
    }
  }
  if (last !== null) return last;
  throw new ThawError('timeout', `No resolver of the host answered for ${name}.`, { cause });
}
