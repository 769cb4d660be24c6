/** DNS messages (RFC 1035) as far as a forwarding resolver looks into them. Whatever comes in is untrusted. */
import { type Answer, decode, encode, type Packet, TRUNCATED_RESPONSE } from 'dns-packet';
import { type Address, parseAddress } from '../cidr.ts';

const MIN_UDP_BYTES = 512;
/** What fits every path without being taken apart; more goes over TCP. */
const MAX_UDP_BYTES = 1232;

export const responseCodes = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  notImplemented: 4,
  refused: 5,
} as const;
export type ResponseCode = keyof typeof responseCodes;

export interface Question {
  readonly id: number;
  /** Lower case, without the root's dot. */
  readonly name: string;
  readonly type: string;
  /** How large an answer over UDP may be. */
  readonly udpBytes: number;
  readonly packet: Packet;
}

/** The one question of a message, or null for what is none. */
export function readQuestion(message: Buffer): Question | null {
  try {
    const packet = decode(message);
    const [question, ...more] = packet.questions ?? [];
    if (packet.type !== 'query' || question === undefined || more.length > 0) return null;
    const options = packet.additionals?.find(({ type }) => type === 'OPT');
    const asked = options?.type === 'OPT' ? options.udpPayloadSize : MIN_UDP_BYTES;
    return {
      id: packet.id ?? 0,
      name: question.name.toLowerCase().replace(/\.$/, ''),
      type: question.type,
      udpBytes: Math.max(MIN_UDP_BYTES, Math.min(asked, MAX_UDP_BYTES)),
      packet,
    };
  } catch {
    return null;
  }
}

/** An answer without records. */
export function emptyAnswer({ id, packet }: Question, code: ResponseCode): Buffer {
  // QR, and RD and RA: recursion is what is offered.
  const flags = 0x0180 | responseCodes[code];
  return encode({ type: 'response', id, flags, questions: packet.questions ?? [] });
}

/** Fits an answer into what the asker takes over UDP: cut to its head, so that it asks again over TCP. */
export function fitUdp(question: Question, answer: Buffer): Buffer {
  if (answer.length <= question.udpBytes) return answer;
  const { id, packet } = question;
  return encode({
    type: 'response',
    id,
    flags: 0x0180 | TRUNCATED_RESPONSE,
    questions: packet.questions ?? [],
  });
}

export interface NamedAddress {
  readonly address: Address;
  readonly ttlSeconds: number;
}

/** What an upstream server said: null for what is no answer to this question. */
export function readAnswer(message: Buffer, { name, type }: Pick<Question, 'name' | 'type'>) {
  try {
    const packet = decode(message);
    const [asked] = packet.questions ?? [];
    const same = asked?.name.toLowerCase().replace(/\.$/, '') === name && asked.type === type;
    if (packet.type !== 'response' || !same) return null;
    const answers = packet.answers ?? [];
    return {
      truncated: packet.flag_tc,
      code: (packet.flags ?? 0) & 15,
      addresses: answers.flatMap(toNamedAddress),
      ttlSeconds: Math.min(MAX_CACHE_SECONDS, ...answers.map(ttlOf)),
    };
  } catch {
    return null;
  }
}

const MAX_CACHE_SECONDS = 3_600;

const ttlOf = (answer: Answer): number => ('ttl' in answer ? Math.max(0, answer.ttl ?? 0) : 0);

function toNamedAddress(answer: Answer): NamedAddress[] {
  if (answer.type !== 'A' && answer.type !== 'AAAA') return [];
  const address = parseAddress(answer.data);
  return address === null ? [] : [{ address, ttlSeconds: ttlOf(answer) }];
}

/** The same answer for another asker. */
export function withId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(id, 0);
  return copy;
}
