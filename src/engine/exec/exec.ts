/**
 * Runs one command in a sandbox and waits for its end, with bounded output. A command that outlasts the wait, or prints more
 * than is held in memory, is handed over to a supervisor in the sandbox; one that does not costs nothing for that.
 */
import {
  DEFAULT_WAIT_SECONDS,
  type ExecRequest,
  type ExecResult,
  MAX_WAIT_SECONDS,
} from '../../../schemas/exec.ts';
import type { CallContext } from '../../backend/port.ts';
import { isThawError, ThawError } from '../../errors.ts';
import type { AgentConnection, GuestProcess, OutputName } from '../agent/port.ts';
import type { EngineContext } from '../context.ts';
import { startJob } from '../jobs/job-operations.ts';
import { signalName } from '../jobs/to-job.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { CollectedOutput } from './collected-output.ts';
import { followJob, type Status } from './follow-job.ts';
import { handOver } from './hand-over.ts';
import { prepareCommand } from './prepare-command.ts';
import { reportProgress } from './report-progress.ts';
import { type Ending, waitForEnd } from './wait-for-end.ts';

const DEFAULT_OUTPUT_BYTES = 20_000;
/** Input beyond this may not be in the sandbox yet when the command is handed over: such a command is a job at once. */
const HANDED_OVER_INPUT_BYTES = 32 * 1024;

async function capture(process: GuestProcess, name: OutputName, into: CollectedOutput): Promise<void> {
  for await (const chunk of process.output(name)) into.add(name, chunk);
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

function statusOf({ exit, timedOut }: Ending): Status {
  const signal = exit === null || exit.signal === null ? null : signalName(exit.signal);
  if (timedOut)
    return { status: 'timed_out', exitCode: null, signal: signal ?? (exit === null ? 'SIGKILL' : null) };
  if (signal !== null || exit === null) return { status: 'killed', exitCode: null, signal };
  return { status: 'exited', exitCode: exit.code, signal: null };
}

/** Milliseconds: how long the call waits, and how long the command may run; null for ever. */
export interface Patience {
  readonly waitMs: number;
  readonly limitMs: number | null;
}

/** A limit that a call may wait for is waited for unless something else is asked. Pure. */
export function patienceOf({
  waitSeconds,
  timeoutSeconds,
}: Pick<ExecRequest, 'waitSeconds' | 'timeoutSeconds'>): Patience {
  const within = timeoutSeconds !== undefined && timeoutSeconds <= MAX_WAIT_SECONDS;
  const wait = waitSeconds ?? (within ? timeoutSeconds : DEFAULT_WAIT_SECONDS);
  return { waitMs: wait * 1000, limitMs: timeoutSeconds === undefined ? null : timeoutSeconds * 1000 };
}

interface Run {
  readonly agent: AgentConnection;
  readonly sandbox: ManagedSandbox;
  readonly request: ExecRequest;
  readonly call: CallContext;
  readonly patience: Patience;
  readonly output: CollectedOutput;
  readonly startedMs: number;
}

type Outcome = Status & Pick<ExecResult, 'execId'>;

/** Resolves with what came first. */
async function firstOf(
  context: EngineContext,
  process: GuestProcess,
  { output, patience, call: { signal } }: Run,
): Promise<'over' | 'waited' | 'full'> {
  let cancel: () => void = () => undefined;
  const waited = new Promise<'waited'>((resolve) => {
    cancel = context.clock.schedule(patience.waitMs, () => resolve('waited'));
  });
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<'over'>((resolve) => {
    onAbort = () => resolve('over');
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    const full = output.full.then(() => 'full' as const);
    return await Promise.race([process.exited.then(() => 'over' as const), waited, full, aborted]);
  } finally {
    cancel();
    signal.removeEventListener('abort', onAbort);
  }
}

/** A command on a connection of the agent, which may become a job. */
async function runDirectly(context: EngineContext, run: Run, mayGoOn: boolean): Promise<Outcome> {
  const { agent, sandbox, request, call, patience, output, startedMs } = run;
  const { waitMs, limitMs } = patience;
  const process = await agent.spawn({
    ...prepareCommand(context, sandbox.record, request),
    stdin: request.stdin !== undefined,
  });
  const reading = Promise.all([
    capture(process, 'stdout', output),
    capture(process, 'stderr', output),
    feed(process, request.stdin),
  ]);
  reading.catch(() => undefined);
  const passed = (): number => context.clock.monotonic() - startedMs;
  if (mayGoOn && (await firstOf(context, process, run)) !== 'over') {
    const leftMs = limitMs === null ? null : limitMs - passed();
    const { command } = request;
    const execId = await handOver(context, sandbox, { agent, process, command, output, leftMs });
    if (execId !== null) {
      const rest = { waitMs: waitMs - passed(), signal: call.signal };
      return { ...(await followJob({ agent }, execId, output, rest)), execId };
    }
  }
  const mostMs = Math.min(limitMs ?? waitMs, mayGoOn ? waitMs - passed() : waitMs);
  const ending = await waitForEnd(process, Math.max(0, mostMs), call.signal);
  if (ending.exit !== null) await reading;
  if (call.signal.aborted)
    throw new ThawError('cancelled', 'The command was cancelled and its process group was killed.');
  return statusOf(ending);
}

/** One that is a job from the beginning. */
async function runAsJob(context: EngineContext, run: Run): Promise<Outcome> {
  const { agent, sandbox, request, call, patience, output, startedMs } = run;
  const { execId } = await startJob(context, sandbox, { ...request, endStdin: true }, call);
  const waitMs = patience.waitMs - (context.clock.monotonic() - startedMs);
  return { ...(await followJob({ agent }, execId, output, { waitMs, signal: call.signal })), execId };
}

async function runInBackground(
  context: EngineContext,
  sandbox: ManagedSandbox,
  request: ExecRequest,
  call: CallContext,
): Promise<ExecResult> {
  const startedMs = context.clock.monotonic();
  const job = await startJob(context, sandbox, request, call);
  const { execId, status, exitCode, signal, stdoutBytes, stderrBytes } = job;
  return {
    status,
    execId,
    exitCode,
    signal,
    stdout: '',
    stderr: '',
    stdoutBytes,
    stderrBytes,
    truncated: stdoutBytes + stderrBytes > 0,
    durationMs: Math.round((context.clock.monotonic() - startedMs) * 1000) / 1000,
  };
}

/** A command that fails is a result. Throws for a sandbox that does not run, a command that cannot start, a cancellation. */
export async function execCommand(
  context: EngineContext,
  sandbox: ManagedSandbox,
  request: ExecRequest,
  call: CallContext,
): Promise<ExecResult> {
  const { clock, registry } = context;
  if (request.background === true) return await runInBackground(context, sandbox, request, call);
  const { agent } = await requireGuest(context, sandbox);
  const patience = patienceOf(request);
  const outlasts = patience.limitMs === null || patience.limitMs > patience.waitMs;
  const mayGoOn = outlasts && agent.info.protocolVersion > 0;
  const startedMs = clock.monotonic();
  const output = new CollectedOutput(request.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES, mayGoOn);
  const run: Run = { agent, sandbox, request, call, patience, output, startedMs };
  sandbox.runningCommands += 1;
  registry.touch(sandbox);
  const stopReports = reportProgress(clock, call, output);
  try {
    const isJob = mayGoOn && Buffer.byteLength(request.stdin ?? '') > HANDED_OVER_INPUT_BYTES;
    const { execId, ...status } = await (isJob ? runAsJob(context, run) : runDirectly(context, run, mayGoOn));
    const result = output.result();
    // What was answered whole needs no handle.
    const kept = execId !== undefined && (status.status === 'running' || result.truncated);
    return {
      ...status,
      ...(kept ? { execId } : {}),
      ...result,
      durationMs: Math.round((clock.monotonic() - startedMs) * 1000) / 1000,
    };
  } catch (error) {
    if (!isThawError(error, 'agent_unreachable') || sandbox.record.state === 'started') throw error;
    throw new ThawError(
      'state_conflict',
      `Sandbox ${sandbox.record.name} was stopped while the command ran.`,
      {
        cause: error,
      },
    );
  } finally {
    stopReports();
    sandbox.runningCommands -= 1;
    registry.touch(sandbox);
  }
}
