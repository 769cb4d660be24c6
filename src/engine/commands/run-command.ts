/**
 * Runs a shell text with its two outputs in the order in which they were written, as the API's `process/execute` does
 * (reference §4.2): the text is the standard input of the shell.
 */
import { MAX_MERGED_OUTPUT_BYTES, type RunCommand, type RunOutcome } from '../../../schemas/command.ts';
import type { CommandOperations } from '../../backend/command-operations.ts';
import type { CallContext } from '../../backend/port.ts';
import { isThawError, ThawError } from '../../errors.ts';
import type { GuestProcess, OutputName } from '../agent/port.ts';
import type { EngineContext } from '../context.ts';
import { commandLine, isPlainCall, SMALL_SHELL } from '../exec/choose-shell.ts';
import { feed, touch } from '../exec/run-program.ts';
import { startDirectory } from '../exec/start-directory.ts';
import { waitForEnd } from '../exec/wait-for-end.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { MergedOutput } from './merged-output.ts';

const SIGNAL_BASE = 128;
const SIGKILL = 9;
/** One pipe for both, from the shell's first word on. On the line of the text, so that lines count as in the text. */
const MERGE = 'exec 2>&1; ';

interface Start {
  readonly argv: readonly string[];
  readonly stdin: string | null;
}

/**
 * An image without a shell runs plain calls of its programs and nothing else. Others run these without the way over an
 * input, which is empty behind them in any case: that is a third of the time of a short one.
 */
function startOf(
  shell: string | null,
  command: string,
  env: Readonly<Record<string, string>>,
  name: string,
): Start {
  if (shell !== null && isPlainCall(command.trim(), env))
    return { argv: [SMALL_SHELL, '-c', `${command.trim()} 2>&1`], stdin: null };
  if (shell !== null) return { argv: [shell], stdin: `${MERGE}${command}\n` };
  const argv = commandLine(null, command, {});
  if (argv !== null) return { argv, stdin: null };
  throw new ThawError('command_not_started', `The image of sandbox ${name} has no shell.`);
}

async function capture(process: GuestProcess, name: OutputName, into: MergedOutput): Promise<void> {
  for await (const chunk of process.output(name)) into.add(chunk);
}

async function run(
  context: EngineContext,
  sandbox: ManagedSandbox,
  request: RunCommand,
  call: CallContext,
): Promise<RunOutcome> {
  const { agent } = await requireGuest(context, sandbox);
  const { record } = sandbox;
  const traits = context.snapshots.traits(record.imageId);
  const env = { ...record.env, ...request.env };
  const start = startOf(traits === null ? SMALL_SHELL : traits.shell, request.command, env, record.name);
  const cwd = startDirectory(context, record, record.user, request.cwd);
  touch(context, sandbox, call);
  sandbox.runningCommands += 1;
  try {
    const process = await agent.spawn({
      argv: start.argv,
      env,
      user: record.user,
      stdin: start.stdin !== null,
      ...(cwd === undefined ? {} : { cwd }),
    });
    const [stdout, stderr] = [
      new MergedOutput(MAX_MERGED_OUTPUT_BYTES),
      new MergedOutput(MAX_MERGED_OUTPUT_BYTES),
    ];
    const reading = Promise.all([
      capture(process, 'stdout', stdout),
      // Nothing but what a shell says of a text that it does not understand from its first line on.
      capture(process, 'stderr', stderr),
      start.stdin === null ? undefined : feed(process, start.stdin),
    ]);
    reading.catch(() => undefined);
    const { timeoutSeconds } = request;
    const timeoutMs = timeoutSeconds === undefined ? null : timeoutSeconds * 1000;
    const { exit, timedOut } = await waitForEnd(process, timeoutMs, call.signal);
    if (timedOut) throw new ThawError('execution_timeout', 'command execution timeout');
    if (call.signal.aborted)
      throw new ThawError('cancelled', 'The command was cancelled and its process group was killed.');
    if (exit !== null) await reading;
    return {
      exitCode: exit?.code ?? SIGNAL_BASE + (exit?.signal ?? SIGKILL),
      output: stdout.text() + stderr.text(),
      outputBytes: stdout.totalBytes + stderr.totalBytes,
    };
  } catch (error) {
    if (!isThawError(error, 'agent_unreachable') || sandbox.record.state === 'started') throw error;
    throw new ThawError('state_conflict', `Sandbox ${record.name} was stopped while the command ran.`, {
      cause: error,
    });
  } finally {
    sandbox.runningCommands -= 1;
    touch(context, sandbox, call);
  }
}

export const commandOperations = (context: EngineContext): CommandOperations => ({
  run: async (name, request, call) => await run(context, context.registry.find(name, call), request, call),
});
