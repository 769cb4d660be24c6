/** The frames of the agent's wire format: their numbers and their sealing. `src/guest/PROTOCOL.md` explains them. */
import { crc32 } from 'node:zlib';

export const PROTOCOL_VERSION = 1;
export const MAGIC = 0x5aa7;
export const HEADER_BYTES = 16;
export const MAX_PAYLOAD_BYTES = 65_536;
export const MAX_FRAME_BYTES = HEADER_BYTES + MAX_PAYLOAD_BYTES;
export const NONCE_BYTES = 16;
/** A request may take several frames, up to this many bytes in all. */
export const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
/** What an output stream may have under way, unacknowledged. */
export const OUTPUT_WINDOW_BYTES = 256 * 1024;
export const INPUT_WINDOW_BYTES = 64 * 1024;
/** The agent's smallest window when many streams are busy: acknowledgements must not be rarer. */
export const MIN_OUTPUT_WINDOW_BYTES = 16 * 1024;

export const request = {
  hello: 0x01,
  ping: 0x02,
  open: 0x10,
  data: 0x11,
  end: 0x12,
  ack: 0x13,
  signal: 0x14,
  resize: 0x15,
  release: 0x16,
  rawWrite: 0x20,
  rawRead: 0x21,
  signalAll: 0x22,
  shutdown: 0x23,
  direct: 0x24,
} as const;

export const reply = {
  hello: 0x81,
  pong: 0x82,
  started: 0x90,
  failed: 0x91,
  data: 0x92,
  end: 0x93,
  ack: 0x94,
  exit: 0x95,
  done: 0xa0,
} as const;

export const OPEN_MORE = 1;
export const ACK_READER_GONE = 0x80;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly channel: number;
  readonly payload: Buffer;
}

const CRC_OFFSET = 12;

/** The checksum of a frame whose header stands at the start of `header`. HELLO frames have no session yet: seed 0. */
export function checksum(header: Buffer, payload: Buffer, seed: number): number {
  const type = header[2];
  const ownSeed = type === request.hello || type === reply.hello ? 0 : seed;
  return crc32(payload, crc32(header.subarray(0, CRC_OFFSET), ownSeed));
}

/** The header for `payload`, ready to be sent before it. `payload` is at most `MAX_PAYLOAD_BYTES`. */
export function sealHeader(
  seed: number,
  { type, flags, channel, payload }: Frame,
  header: Buffer = Buffer.allocUnsafe(HEADER_BYTES),
): Buffer {
  header.writeUInt16LE(MAGIC, 0);
  header[2] = type;
  header[3] = flags;
  header.writeUInt32LE(channel, 4);
  header.writeUInt32LE(payload.length, 8);
  header.writeUInt32LE(checksum(header, payload, seed), CRC_OFFSET);
  return header;
}

export const encodeFrame = (seed: number, frame: Frame): Buffer =>
  Buffer.concat([sealHeader(seed, frame), frame.payload]);
