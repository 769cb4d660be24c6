/**
 * The handshake: an engine may attach in the middle of a frame that was meant for its predecessor, so everything
 * before the agent's answer to its own nonce is passed over.
 */
import {
  checksum,
  HEADER_BYTES,
  MAGIC,
  MAX_FRAME_BYTES,
  NONCE_BYTES,
  PROTOCOL_VERSION,
  reply,
} from './frame.ts';
import type { AgentInfo } from './port.ts';
import { violation } from './violation.ts';

const FIXED_BYTES = NONCE_BYTES + 10;
const MAX_VERSION_BYTES = 64;

/**
 * Zeros that complete whatever frame a predecessor left half sent, and every false beginning within it: the agent
 * then scans the bytes again and finds the HELLO. Sent only when no answer comes at once.
 */
export const resyncPadding = (): Buffer => Buffer.alloc(MAX_FRAME_BYTES);

export interface HelloAnswer {
  readonly info: AgentInfo;
  /** The agent's own process id, as it sees it. */
  readonly pid: number;
  /** What came behind the answer. */
  readonly rest: Buffer;
}

export class HelloFinder {
  readonly #nonce: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor(nonce: Buffer) {
    this.#nonce = nonce;
  }

  /** The answer once it is complete, else null. Throws `agent_protocol` for one that makes no sense. */
  push(chunk: Buffer): HelloAnswer | null {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const at = this.#held.indexOf(this.#nonce);
    if (at < HEADER_BYTES) {
      // Only the end can be the beginning of an answer.
      this.#held = Buffer.from(this.#held.subarray(-(HEADER_BYTES + NONCE_BYTES - 1)));
      return null;
    }
    const header = this.#held.subarray(at - HEADER_BYTES, at);
    const length = header.readUInt32LE(8);
    if (header.readUInt16LE(0) !== MAGIC || header[2] !== reply.hello)
      throw violation('it echoed a greeting');
    if (length < FIXED_BYTES || length > FIXED_BYTES + MAX_VERSION_BYTES)
      throw violation('its greeting is malformed');
    this.#held = this.#held.subarray(at - HEADER_BYTES);
    if (this.#held.length < HEADER_BYTES + length) return null;
    const payload = this.#held.subarray(HEADER_BYTES, HEADER_BYTES + length);
    if (header.readUInt32LE(12) !== checksum(header, payload, 0)) throw violation('its greeting is damaged');
    return { ...parseHello(payload), rest: this.#held.subarray(HEADER_BYTES + length) };
  }
}

function parseHello(payload: Buffer): Omit<HelloAnswer, 'rest'> {
  const protocolVersion = payload.readUInt16LE(NONCE_BYTES);
  if (protocolVersion !== PROTOCOL_VERSION) {
    throw violation(`it speaks version ${protocolVersion} and the engine version ${PROTOCOL_VERSION}`);
  }
  const inherited = payload.readUInt32LE(NONCE_BYTES + 2);
  const agentVersion = payload.toString('latin1', FIXED_BYTES).replaceAll(/[^\w.+-]/g, '?');
  return { info: { protocolVersion, agentVersion, inherited }, pid: payload.readUInt32LE(NONCE_BYTES + 6) };
}
