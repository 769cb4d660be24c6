/** Cuts an agent's byte stream into frames, however it is chunked. Holds one incomplete frame at most. */
import { checksum, type Frame, HEADER_BYTES, MAGIC, MAX_PAYLOAD_BYTES } from './frame.ts';
import { violation } from './violation.ts';

export class FrameDecoder {
  readonly #seed: number;
  /** Bytes not yet used, in chunks as they came: they are joined only once a whole frame is there. */
  #chunks: Buffer[] = [];
  #held = 0;
  #needed = HEADER_BYTES;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Calls `onFrame` for each complete frame. Throws `agent_protocol` at the first malformed one; it is then useless. */
  push(chunk: Buffer, onFrame: (frame: Frame) => void): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    while (this.#held >= this.#needed) {
      const bytes = this.#contiguous();
      const payloadBytes = readHeader(bytes);
      this.#needed = HEADER_BYTES + payloadBytes;
      if (this.#held < this.#needed) return;
      const frame = this.#check(bytes.subarray(0, HEADER_BYTES), bytes.subarray(HEADER_BYTES, this.#needed));
      const rest = bytes.subarray(this.#needed);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#held = rest.length;
      this.#needed = HEADER_BYTES;
      onFrame(frame);
    }
  }

  #contiguous(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const joined = Buffer.concat(this.#chunks, this.#held);
    this.#chunks = [joined];
    return joined;
  }

  #check(header: Buffer, payload: Buffer): Frame {
    if (header.readUInt32LE(12) !== checksum(header, payload, this.#seed))
      throw violation('a checksum is wrong');
    return { type: header[2] ?? 0, flags: header[3] ?? 0, channel: header.readUInt32LE(4), payload };
  }
}

/** The payload's length. */
function readHeader(bytes: Buffer): number {
  if (bytes.readUInt16LE(0) !== MAGIC) throw violation('a frame does not begin where one must');
  const length = bytes.readUInt32LE(8);
  if (length > MAX_PAYLOAD_BYTES) throw violation('a frame is too long');
  return length;
}
