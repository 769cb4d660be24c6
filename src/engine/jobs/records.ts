/** The records in which the agent's job programs tell a job (`src/guest/JOBS.md`): bounded and checked. */
import { ThawError } from '../../errors.ts';
import { ByteReader } from '../agent/byte-reader.ts';

const HEADER_BYTES = 8;
const MAGIC = 0x52;
const MAX_BODY_BYTES = 64 * 1024;
const STATE_BYTES = 44;
const types = ['stdout', 'stderr', 'position', 'state', 'about', 'name'] as const;
type RecordType = (typeof types)[number];
const statuses = ['running', 'exited', 'killed', 'timed_out', 'lost'] as const;

export interface JobRecord {
  readonly type: RecordType;
  readonly body: Buffer;
}

export interface JobState {
  readonly status: (typeof statuses)[number];
  readonly takesInput: boolean;
  /** The exit code, or the number of the signal. */
  readonly value: number;
  /** Milliseconds since the epoch; 0 for not yet. */
  readonly startedMs: number;
  readonly endedMs: number;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  /** Of the command, in the sandbox; 0 where it has none of its own. */
  readonly pid: number;
}

const nonsense = (): ThawError =>
  new ThawError('agent_protocol', 'What the sandbox says of a command makes no sense.');

/** The records of a stream, as they come. Throws `agent_protocol` for anything else. */
export async function* readRecords(chunks: AsyncIterable<Buffer>): AsyncGenerator<JobRecord> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= HEADER_BYTES) {
      const type = types[(rest[at + 1] ?? 0) - 1];
      const length = rest.readUInt32LE(at + 4);
      if (rest[at] !== MAGIC || type === undefined || length > MAX_BODY_BYTES) throw nonsense();
      if (rest.length - at < HEADER_BYTES + length) break;
      yield { type, body: rest.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length) };
      at += HEADER_BYTES + length;
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw nonsense();
}

/** The latest time that JavaScript can tell. */
const MAX_TIME_MS = 8_640_000_000_000_000;

function readNumber(reader: ByteReader, most = Number.MAX_SAFE_INTEGER): number {
  const value = reader.u64();
  if (!(value <= most)) throw nonsense();
  return value;
}

/** Throws `agent_protocol` for what is no state. */
export function readState(body: Buffer): JobState {
  if (body.length !== STATE_BYTES) throw nonsense();
  const reader = new ByteReader(body);
  const status = statuses[reader.u8()];
  const takesInput = reader.u8() === 1;
  reader.u16();
  const value = reader.u32();
  const [startedMs, endedMs] = [readNumber(reader, MAX_TIME_MS), readNumber(reader, MAX_TIME_MS)];
  const [stdoutBytes, stderrBytes] = [readNumber(reader), readNumber(reader)];
  const pid = reader.u32();
  if (status === undefined) throw nonsense();
  return { status, takesInput, value, startedMs, endedMs, stdoutBytes, stderrBytes, pid };
}

/** Where the next byte is, and how many before it are not kept. */
export function readPosition(body: Buffer): { readonly position: number; readonly missing: number } {
  if (body.length !== 16) throw nonsense();
  const reader = new ByteReader(body);
  return { position: readNumber(reader), missing: readNumber(reader) };
}
