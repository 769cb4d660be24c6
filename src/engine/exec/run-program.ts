/** Runs a small program in a sandbox as its user, with input, bounded outputs and a deadline, for operations that need one. */
import type { CallContext } from '../../backend/port.ts';
import { ThawError } from '../../errors.ts';
import type { GuestProcess, OutputName, ProcessExit } from '../agent/port.ts';
import type { EngineContext } from '../context.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { startDirectory } from './start-directory.ts';
import { waitForEnd } from './wait-for-end.ts';

export interface Program {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default: where commands start. */
  readonly cwd?: string;
  readonly stdin?: string;
  readonly timeoutMs: number;
  /** Per stream; what is beyond is dropped. */
  readonly maxOutputBytes: number;
}

export interface ProgramResult {
  readonly exit: ProcessExit;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether something was dropped. */
  readonly truncated: boolean;
}

interface Collected {
  readonly text: string;
  readonly truncated: boolean;
}

async function collect(process: GuestProcess, name: OutputName, maxBytes: number): Promise<Collected> {
  const chunks: Buffer[] = [];
  let kept = 0;
  let truncated = false;
  for await (const chunk of process.output(name)) {
    const part = chunk.subarray(0, maxBytes - kept);
    if (part.length > 0) chunks.push(part);
    kept += part.length;
    truncated ||= part.length < chunk.length;
  }
  return { text: Buffer.concat(chunks).toString('utf8'), truncated };
}

/** Writes what the process takes, and closes. */
export async function feed(process: GuestProcess, stdin: string): Promise<void> {
  try {
    await process.write(Buffer.from(stdin, 'utf8'));
  } catch {
    // It ended before it read everything, which is its right.
  }
  process.closeStdin();
}

/** Notes use of the sandbox, unless the caller only looks. */
export function touch({ registry }: EngineContext, sandbox: ManagedSandbox, { quiet }: CallContext): void {
  if (quiet !== true) registry.touch(sandbox);
}

/** Throws `command_not_started`, `cancelled`, `timeout`, and what `requireGuest` throws. */
export async function runProgram(
  context: EngineContext,
  sandbox: ManagedSandbox,
  { argv, env = {}, cwd, stdin, timeoutMs, maxOutputBytes }: Program,
  call: CallContext,
): Promise<ProgramResult> {
  const { agent } = await requireGuest(context, sandbox);
  const { record } = sandbox;
  const start = startDirectory(context, record, record.user, cwd);
  touch(context, sandbox, call);
  sandbox.runningCommands += 1;
  try {
    const process = await agent.spawn({
      argv,
      env: { ...record.env, ...env },
      user: record.user,
      stdin: stdin !== undefined,
      ...(start === undefined ? {} : { cwd: start }),
    });
    const work = Promise.all([
      collect(process, 'stdout', maxOutputBytes),
      collect(process, 'stderr', maxOutputBytes),
      stdin === undefined ? undefined : feed(process, stdin),
    ]);
    work.catch(() => undefined);
    const { exit, timedOut } = await waitForEnd(process, timeoutMs, call.signal);
    if (call.signal.aborted) throw new ThawError('cancelled', 'The operation was cancelled.');
    if (timedOut || exit === null)
      throw new ThawError(
        'timeout',
        `It took longer than ${Math.round(timeoutMs / 1000)} seconds and was ended.`,
      );
    const [stdout, stderr] = await work;
    return {
      exit,
      stdout: stdout.text,
      stderr: stderr.text,
      truncated: stdout.truncated || stderr.truncated,
    };
  } finally {
    sandbox.runningCommands -= 1;
    touch(context, sandbox, call);
  }
}
