/** Runs one command in a sandbox to its end, its time limit or the caller's cancellation, with bounded output. */
import { constants } from 'node:os';
import { DEFAULT_WAIT_SECONDS, type ExecRequest, type ExecResult } from '../../../schemas/exec.ts';
import type { CallContext } from '../../backend/port.ts';
import { OutputCapture } from '../../content/output-capture.ts';
import { isThawError, ThawError } from '../../errors.ts';
import type { GuestProcess, OutputName, ProcessExit } from '../agent/port.ts';
import type { EngineContext } from '../context.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { commandLine } from './choose-shell.ts';
import { startDirectory } from './start-directory.ts';

const DEFAULT_OUTPUT_BYTES = 20_000;
/** Processes that even SIGKILL does not end at once sit in the kernel; the caller is not kept waiting for them. */
const GIVE_UP_AFTER_MS = 3_000;

const { SIGKILL } = constants.signals;

const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;

async function capture(process: GuestProcess, name: OutputName, into: OutputCapture): Promise<void> {
  for await (const chunk of process.output(name)) into.add(chunk);
}

async function feed(process: GuestProcess, stdin: string | undefined): Promise<void> {
  if (stdin === undefined) return;
  try {
    await process.write(Buffer.from(stdin, 'utf8'));
  } catch {
    // The process ended before it read everything, which is its right.
  }
  process.closeStdin();
}

export interface Ending {
  readonly exit: ProcessExit | null;
  readonly timedOut: boolean;
}

/**
 * Ends the group when the time is over (null: no limit) or the caller is gone; resolves when the main process ended, with no
 * exit when it did not although it was killed.
 */
export async function waitForEnd(
  process: GuestProcess,
  timeoutMs: number | null,
  signal: AbortSignal,
): Promise<Ending> {
  let timedOut = false;
  let onAbort: () => void = () => undefined;
  const timers: NodeJS.Timeout[] = [];
  const gaveUp = new Promise<null>((resolve) => {
    const end = (): void => {
      // Not SIGTERM first: a leader that obeys it ends the command while a child that ignores it lives on.
      process.signal(SIGKILL);
      timers.push(setTimeout(() => resolve(null), GIVE_UP_AFTER_MS));
    };
    if (timeoutMs !== null)
      timers.push(
        setTimeout(() => {
          timedOut = true;
          end();
        }, timeoutMs),
      );
    onAbort = end;
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
  try {
    return { exit: await Promise.race([process.exited, gaveUp]), timedOut };
  } finally {
    signal.removeEventListener('abort', onAbort);
    for (const timer of timers) clearTimeout(timer);
  }
}

function statusOf({ exit, timedOut }: Ending): Pick<ExecResult, 'status' | 'exitCode' | 'signal'> {
  const signal = exit === null || exit.signal === null ? null : signalName(exit.signal);
  if (timedOut)
    return { status: 'timed_out', exitCode: null, signal: signal ?? (exit === null ? 'SIGKILL' : null) };
  if (signal !== null || exit === null) return { status: 'killed', exitCode: null, signal };
  return { status: 'exited', exitCode: exit.code, signal: null };
}

/** A command that fails is a result. Throws for a sandbox that does not run, a command that cannot start, a cancellation. */
export async function execCommand(
  context: EngineContext,
  sandbox: ManagedSandbox,
  request: ExecRequest,
  call: CallContext,
): Promise<ExecResult> {
  const { clock, registry, snapshots } = context;
  const guest = await requireGuest(context, sandbox);
  const { record } = sandbox;
  const env = { ...record.env, ...request.env };
  const traits = snapshots.traits(record.imageId);
  const argv = commandLine(traits === null ? '/bin/sh' : traits.shell, request.command, env);
  if (argv === null) {
    throw new ThawError('command_not_started', `The image of sandbox ${record.name} has no shell.`, {
      next: 'Name one program by its path, with plain words as arguments, or use a snapshot with /bin/sh.',
    });
  }
  const user = request.user ?? record.user;
  const cwd = startDirectory(context, record, user, request.cwd);
  const started = clock.monotonic();
  sandbox.runningCommands += 1;
  registry.touch(sandbox);
  try {
    const process = await guest.agent.spawn({
      argv,
      env,
      user,
      stdin: request.stdin !== undefined,
      ...(cwd === undefined ? {} : { cwd }),
    });
    const maxBytes = request.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES;
    const [stdout, stderr] = [new OutputCapture(maxBytes), new OutputCapture(maxBytes)];
    const reading = Promise.all([
      capture(process, 'stdout', stdout),
      capture(process, 'stderr', stderr),
      feed(process, request.stdin),
    ]);
    reading.catch(() => undefined);
    const ending = await waitForEnd(
      process,
      (request.timeoutSeconds ?? DEFAULT_WAIT_SECONDS) * 1000,
      call.signal,
    );
    if (ending.exit !== null) await reading;
    if (call.signal.aborted)
      throw new ThawError('cancelled', 'The command was cancelled and its process group was killed.');
    const [out, err] = [stdout.result(), stderr.result()];
    return {
      ...statusOf(ending),
      stdout: out.text,
      stderr: err.text,
      stdoutBytes: out.totalBytes,
      stderrBytes: err.totalBytes,
      truncated: out.truncated || err.truncated,
      durationMs: Math.round((clock.monotonic() - started) * 1000) / 1000,
    };
  } catch (error) {
    if (!isThawError(error, 'agent_unreachable') || sandbox.record.state === 'started') throw error;
    throw new ThawError('state_conflict', `Sandbox ${record.name} was stopped while the command ran.`, {
      cause: error,
    });
  } finally {
    sandbox.runningCommands -= 1;
    registry.touch(sandbox);
  }
}
