/** File requests on the wire, and the run of one: a request, perhaps data in, data out, and a record at the end. */
import { ThawError } from '../../errors.ts';
import { type AgentLink, unreachable } from './agent-link.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type Channel, StartFailure } from './channel.ts';
import { withDeadline } from './deferred.ts';
import { fileError, toFailure } from './errno.ts';
import type { FileScope } from './port.ts';
import { violation } from './violation.ts';

const OPERATION = 2;
const SIGTERM = 15;
/** The guest ends an operation by itself at this time; the engine waits a little longer for its answer. */
const GUEST_DEADLINE_MS = 30_000;
const ENGINE_DEADLINE_MS = GUEST_DEADLINE_MS + 2_000;
const MAX_RECORD_BYTES = 8 * 1024;

export const verbs = { stat: 1, read: 2, write: 3, list: 4, mkdir: 5, move: 6, remove: 7, ports: 8 } as const;
export type Verb = keyof typeof verbs;

export interface FileRequest {
  readonly verb: Verb;
  readonly path: string;
  readonly to?: string;
  readonly flags?: number;
  readonly mode?: number;
  readonly depth?: number;
  readonly maxEntries?: number;
  readonly offset?: number;
  readonly size?: number;
  /** Bytes of the operation's own stream at most: what is more breaks the protocol. */
  readonly maxBytes?: number;
  readonly data?: Buffer;
}

export interface FileAnswer {
  readonly resolvedPath: string;
  /** What the verb adds to the record. */
  readonly record: ByteReader;
  readonly output: Buffer;
}

function count(value: number, what: string, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new ThawError('invalid_argument', `The ${what} must be a whole number from 0 to ${max}.`);
}

function encode(request: FileRequest, scope: FileScope): Buffer {
  return new ByteWriter()
    .u8(OPERATION, verbs[request.verb], request.flags ?? 0)
    .u32(
      GUEST_DEADLINE_MS,
      count(request.mode ?? 0, 'mode', 0o7777),
      count(request.depth ?? 0, 'depth', 0xffff_ffff),
      count(request.maxEntries ?? 0, 'number of entries', 0xffff_ffff),
    )
    .u64(
      count(request.offset ?? 0, 'offset', Number.MAX_SAFE_INTEGER),
      count(request.size ?? 0, 'size', Number.MAX_SAFE_INTEGER),
    )
    .text(scope.user ?? '', 'user')
    .text(scope.cwd ?? '', 'directory')
    .text(request.path, 'path')
    .text(request.to ?? '', 'path')
    .finish();
}

async function collect(stream: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw violation('an answer is longer than was asked for');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

async function exchange(channel: Channel, request: FileRequest, user: string): Promise<FileAnswer> {
  const { data = Buffer.alloc(0), maxBytes = 0 } = request;
  const sending = channel.input.write(data).then(() => channel.input.end());
  const [output, record] = await Promise.all([
    collect(channel.outputs[0], maxBytes),
    collect(channel.outputs[1], MAX_RECORD_BYTES),
    sending,
  ]);
  const exit = await channel.exited;
  if (exit.kind !== 'code' || record.length === 0) {
    throw new ThawError('engine_error', `${request.path}: the operation was ended in the sandbox.`, {
      context: { path: request.path, [exit.kind]: exit.value },
    });
  }
  const reader = new ByteReader(record);
  const failure = toFailure(reader.u32(), reader.u8());
  const resolvedPath = reader.text(reader.u32());
  if (failure.errno !== 0) throw fileError(failure, request.path, user);
  return { resolvedPath, record: reader, output };
}

/** Runs a file operation as the scope's user. Throws what `errno.ts` makes of its failure, `timeout`, `cancelled`. */
export async function runFileRequest(
  link: AgentLink,
  request: FileRequest,
  scope: FileScope = {},
): Promise<FileAnswer> {
  const user = scope.user ?? 'root';
  const cancelled = (): ThawError => new ThawError('cancelled', `${request.path}: the caller cancelled.`);
  if (scope.signal?.aborted === true) throw cancelled();
  const channel = link.open(encode(request, scope));
  try {
    return await withDeadline(
      exchange(channel, request, user),
      ENGINE_DEADLINE_MS,
      () => new ThawError('timeout', `${request.path}: no answer within ${ENGINE_DEADLINE_MS / 1000} s.`),
      scope.signal === undefined ? undefined : { signal: scope.signal, onAbort: cancelled },
    );
  } catch (error) {
    if (error instanceof StartFailure) throw fileError(error.failure, request.path, user);
    channel.signal(SIGTERM);
    channel.release(unreachable('The operation was given up.'));
    if (error instanceof ThawError && error.code === 'agent_protocol') link.close(error);
    throw error;
  }
}
