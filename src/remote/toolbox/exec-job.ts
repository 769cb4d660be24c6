/** Commands that may outlast their call, as jobs: what was printed while it waited, and the execId to go on with. */
import {
  DEFAULT_WAIT_SECONDS,
  type ExecRequest,
  type ExecResult,
  MAX_WAIT_SECONDS,
} from '../../../schemas/exec.ts';
import type { JobChunk, JobOperations } from '../../backend/jobs.ts';
import type { CallContext } from '../../backend/port.ts';
import type { Clock } from '../../clock.ts';
import { OutputCapture } from '../../content/output-capture.ts';

const MAX_READ_BYTES = 1_000_000;

/** Whether a command is to go on when its call has waited long enough. */
export const mayOutlast = ({ background, waitSeconds, timeoutSeconds }: ExecRequest): boolean =>
  background === true ||
  (waitSeconds !== undefined && waitSeconds < (timeoutSeconds ?? Number.POSITIVE_INFINITY)) ||
  (timeoutSeconds ?? 0) > MAX_WAIT_SECONDS;

function captured(chunks: readonly JobChunk[], stream: JobChunk['stream'], maxBytes: number) {
  const capture = new OutputCapture(maxBytes);
  for (const chunk of chunks) if (chunk.stream === stream) capture.add(chunk.data);
  return capture.result();
}

/** Waits as long as is asked; a command that still runs then is `running`. */
export async function execAsJob(
  jobs: JobOperations,
  clock: Clock,
  sandbox: string,
  request: ExecRequest,
  maxBytes: number,
  context: CallContext,
): Promise<ExecResult> {
  const { command, cwd, env, user, stdin, timeoutSeconds, background } = request;
  const startedMs = clock.monotonic();
  const waitSeconds = background === true ? 0 : (request.waitSeconds ?? DEFAULT_WAIT_SECONDS);
  let job = await jobs.start(sandbox, { command, cwd, env, user, stdin, timeoutSeconds }, context);
  const chunks: JobChunk[] = [];
  let cursor = 0;
  for (;;) {
    const left = waitSeconds - (clock.monotonic() - startedMs) / 1000;
    const query = { cursor, maxBytes: MAX_READ_BYTES, waitSeconds: Math.max(0, left) };
    const output = await jobs.read(sandbox, job.execId, query, context);
    job = output.job;
    chunks.push(...output.chunks);
    cursor = output.nextCursor;
    const all = job.stdoutBytes + job.stderrBytes <= cursor;
    if (left <= 0 || (job.status !== 'running' && all)) break;
  }
  const [out, err] = [captured(chunks, 'stdout', maxBytes), captured(chunks, 'stderr', maxBytes)];
  const { status, exitCode, signal, execId } = job;
  return {
    status,
    execId,
    exitCode,
    signal,
    stdout: out.text,
    stderr: err.text,
    stdoutBytes: out.totalBytes,
    stderrBytes: err.totalBytes,
    truncated: out.truncated || err.truncated,
    durationMs: Math.round((clock.monotonic() - startedMs) * 1000) / 1000,
  };
}
