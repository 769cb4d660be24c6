/** A command that outlasts its call, for clients that follow tasks: its job, and the result that the call did not wait for. */
import type { ExecRequest, ExecResult } from '../schemas/exec.ts';
import type { Job } from '../schemas/jobs.ts';
import { type CallContext, type OperationGroups, requireGroup } from '../src/backend/port.ts';
import { harmlessText } from '../src/content/harmless-text.ts';
import { OutputCapture } from '../src/content/output-capture.ts';
import { ThawError } from '../src/errors.ts';
import type { ToolCall, WorkReference, WorkView } from './define-tool.ts';

const DEFAULT_OUTPUT_BYTES = 20_000;
const MAX_READ_BYTES = 1_000_000;
/** Of more than this the middle is not read only to be left out. */
const MAX_SCANNED_BYTES = 8_000_000;

interface Place {
  readonly jobs: OperationGroups['jobs'];
  readonly sandbox: string;
  readonly execId: string;
  readonly maxBytes: number;
  readonly context: CallContext;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function placeOf({ sandbox, execId, maxOutputBytes }: WorkReference, { backend, context }: ToolCall): Place {
  const jobs = requireGroup(backend, 'jobs');
  const maxBytes = typeof maxOutputBytes === 'number' ? maxOutputBytes : DEFAULT_OUTPUT_BYTES;
  return { jobs, sandbox: textOf(sandbox), execId: textOf(execId), maxBytes, context };
}

/** Both streams within the bound of the call, from their beginnings and ends. */
async function outputOf({ jobs, sandbox, execId, maxBytes, context }: Place, job: Job) {
  const captures = { stdout: new OutputCapture(maxBytes), stderr: new OutputCapture(maxBytes) };
  const all = job.stdoutBytes + job.stderrBytes;
  const tailFrom = all - MAX_SCANNED_BYTES;
  for (let cursor = 0; cursor < all; ) {
    const query = { cursor, maxBytes: MAX_READ_BYTES };
    const { chunks, nextCursor } = await jobs.read(sandbox, execId, query, context);
    for (const { stream, data } of chunks) captures[stream].add(data);
    if (nextCursor <= cursor) break;
    const skips = nextCursor < tailFrom;
    if (skips) for (const capture of Object.values(captures)) capture.skip();
    cursor = skips ? tailFrom : nextCursor;
  }
  return [captures.stdout.result(job.stdoutBytes), captures.stderr.result(job.stderrBytes)] as const;
}

async function resultOf(place: Place, job: Job): Promise<ExecResult> {
  const [stdout, stderr] = await outputOf(place, job);
  const { status, execId, exitCode, signal, stdoutBytes, stderrBytes, startedAt, endedAt } = job;
  const truncated = stdout.truncated || stderr.truncated;
  return {
    status,
    ...(truncated ? { execId } : {}),
    exitCode,
    signal,
    stdout: harmlessText(stdout.text),
    stderr: harmlessText(stderr.text),
    stdoutBytes,
    stderrBytes,
    truncated,
    durationMs: endedAt === null ? 0 : Date.parse(endedAt) - Date.parse(startedAt),
  };
}

/** Null for a command that has ended, and for one that was asked to run in the background: nobody waits for its end. */
export function begun(
  { sandbox, background, maxOutputBytes = DEFAULT_OUTPUT_BYTES }: ExecRequest & { readonly sandbox: string },
  { status, execId }: ExecResult,
): WorkReference | null {
  if (status !== 'running' || execId === undefined || background === true) return null;
  return { sandbox, execId, maxOutputBytes };
}

export async function look(reference: WorkReference, call: ToolCall): Promise<WorkView<ExecResult>> {
  const place = placeOf(reference, call);
  const { jobs, sandbox, execId, context } = place;
  const job = await jobs.get(sandbox, execId, context);
  if (job.status === 'running') {
    const message = `The command runs since ${job.startedAt} and printed ${job.stdoutBytes + job.stderrBytes} bytes.`;
    return { status: 'working', message };
  }
  const stopped = job.status === 'killed' || job.status === 'lost';
  return { status: 'completed', value: await resultOf(place, job), endedAt: job.endedAt, stopped };
}

export async function cancel(reference: WorkReference, call: ToolCall): Promise<void> {
  const { jobs, sandbox, execId, context } = placeOf(reference, call);
  try {
    await jobs.stop(sandbox, execId, {}, context);
  } catch (error) {
    // It ended first.
    if (!(error instanceof ThawError) || error.code !== 'command_ended') throw error;
  }
}
