/** Starts the supervisor of a job: with a command of its own, for one that goes over to it, or for one in a session. */
import { ThawError } from '../../errors.ts';
import { ByteWriter } from '../agent/byte-writer.ts';
import { withDeadline } from '../agent/deferred.ts';
import { spawnError, toFailure } from '../agent/errno.ts';
import type { GuestProcess, SpawnOptions } from '../agent/port.ts';
import { encodeSpawn } from '../agent/spawn-request.ts';
import { type JobHost, startProgram } from './program.ts';

/** At least 128 MiB of output are kept, whatever the size of its pieces. */
export const LOG_BOUND_BYTES = 136 * 1024 * 1024;
const START_TIMEOUT_MS = 15_000;
const SPEC_VERSION = 1;
const MAX_LINE_BYTES = 100;
const SIGKILL = 9;
const modes = { spawn: 1, adopt: 2, session: 3 } as const;

export interface JobSpec {
  readonly directory: string;
  readonly about: Buffer;
  /** Null for no limit. */
  readonly timeoutMs: number | null;
  readonly boundBytes?: number;
}

function encodeSpec(
  { about, timeoutMs, boundBytes = LOG_BOUND_BYTES }: JobSpec,
  mode: keyof typeof modes,
  rest: Buffer,
): Buffer {
  const head = new ByteWriter()
    .u8(SPEC_VERSION, modes[mode])
    .u64(timeoutMs === null ? 0 : Math.max(1, Math.ceil(timeoutMs)), boundBytes)
    .bytes(about)
    .finish();
  return Buffer.concat([head, rest]);
}

/** A supervisor that runs. Its output ends with the job, and it stays for as long as there is something to drain. */
export interface Supervisor {
  /** Resolves when the job is over or the sandbox cannot be reached any more. Never rejects. */
  readonly over: Promise<void>;
  /** The next line that it says. */
  line(): Promise<string>;
  kill(): void;
}

/** The lines of a supervisor: few and short ones. */
function supervisorOf(process: GuestProcess): Supervisor {
  const chunks = process.output('stdout')[Symbol.asyncIterator]();
  let held = '';
  const line = async (): Promise<string> => {
    for (let end = held.indexOf('\n'); ; end = held.indexOf('\n')) {
      if (end >= 0) {
        const found = held.slice(0, end);
        held = held.slice(end + 1);
        return found;
      }
      const next = held.length > MAX_LINE_BYTES ? { done: true as const } : await chunks.next();
      if (next.done === true)
        throw new ThawError('agent_protocol', 'A command in the sandbox did not start.');
      held += next.value.toString('latin1');
    }
  };
  let finish: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    over,
    async line() {
      const text = await withDeadline(
        line(),
        START_TIMEOUT_MS,
        () => new ThawError('timeout', 'A command in the sandbox did not start in time.'),
      );
      if (text.startsWith('started ')) drain(chunks).then(finish, finish);
      return text;
    },
    kill: () => process.signal(SIGKILL),
  };
}

async function drain(chunks: AsyncIterator<Buffer>): Promise<void> {
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next());
}

async function start(
  host: JobHost,
  spec: JobSpec,
  mode: keyof typeof modes,
  rest: Buffer,
): Promise<Supervisor> {
  const process = await startProgram(host, ['job-run', spec.directory]);
  const supervisor = supervisorOf(process);
  try {
    await process.write(encodeSpec(spec, mode, rest));
    process.closeStdin();
    return supervisor;
  } catch (error) {
    supervisor.kill();
    throw error;
  }
}

/** Throws what `failed ERRNO STEP` says. */
function check(line: string, wanted: string, facts: Parameters<typeof spawnError>[1]): void {
  if (line.startsWith(wanted)) return;
  const [, errno, step] = /^failed (\d{1,5}) (\d{1,3})$/.exec(line) ?? [];
  if (errno === undefined) throw new ThawError('agent_protocol', 'A command in the sandbox did not start.');
  throw spawnError(toFailure(Number(errno), Number(step)), facts);
}

async function expectLine(supervisor: Supervisor, wanted: string, facts: Parameters<typeof spawnError>[1]) {
  try {
    check(await supervisor.line(), wanted, facts);
  } catch (error) {
    supervisor.kill();
    throw error;
  }
}

/** Resolves when the command runs. Throws as `AgentConnection.spawn` says. */
export async function launchJob(host: JobHost, spec: JobSpec, command: SpawnOptions): Promise<Supervisor> {
  const { argv, cwd = 'of the user', user = 'root' } = command;
  const supervisor = await start(host, spec, 'spawn', encodeSpawn(command, 0).subarray(1));
  await expectLine(supervisor, 'started ', { program: argv[0] ?? '', cwd, user });
  return supervisor;
}

const handedOver = { program: 'handed over', cwd: '/', user: 'root' } as const;

/** Resolves when it waits for the handover. `frames` is the output so far. */
export async function launchForHandover(host: JobHost, spec: JobSpec, frames: Buffer): Promise<Supervisor> {
  const supervisor = await start(host, spec, 'adopt', frames);
  await expectLine(supervisor, 'ready', handedOver);
  return supervisor;
}

/** Resolves when it has got the command. */
export const expectHandover = async (supervisor: Supervisor): Promise<void> =>
  await expectLine(supervisor, 'started ', handedOver);

/** A command for the shell of a session whose job is in `shell`. */
export async function launchInSession(
  host: JobHost,
  spec: JobSpec,
  { shell, user, command }: { readonly shell: string; readonly user: string; readonly command: string },
): Promise<Supervisor> {
  const rest = new ByteWriter().text(shell, 'directory').text(user, 'user').finish();
  const supervisor = await start(host, spec, 'session', Buffer.concat([rest, Buffer.from(command)]));
  await expectLine(supervisor, 'started ', { program: 'of the session', cwd: '/', user });
  return supervisor;
}

const FRAME_BYTES = 8;
const MAX_FRAME_BODY_BYTES = 64 * 1024;

/** Output in the form of the log's frames. */
export function encodeFrames(
  chunks: readonly { readonly stream: 'stdout' | 'stderr'; readonly data: Buffer }[],
): Buffer {
  const parts: Buffer[] = [];
  for (const { stream, data } of chunks) {
    for (let at = 0; at < data.length; at += MAX_FRAME_BODY_BYTES) {
      const body = data.subarray(at, at + MAX_FRAME_BODY_BYTES);
      const header = Buffer.alloc(FRAME_BYTES);
      header.write('F');
      header[1] = stream === 'stdout' ? 1 : 2;
      header.writeUInt32LE(body.length, 4);
      parts.push(header, body);
    }
  }
  return Buffer.concat(parts);
}
