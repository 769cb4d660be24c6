/** Reads the output of a job: a piece of it, or all of it while it comes. */
import type { JobChunk } from '../../backend/jobs.ts';
import { isThawError, ThawError } from '../../errors.ts';
import { withDeadline } from '../agent/deferred.ts';
import { type JobHost, startProgram } from './program.ts';
import { type JobState, readPosition, readRecords, readState } from './records.ts';

const SIGKILL = 9;
/** What the answer may take beyond the wait that was asked for. */
const ANSWER_MS = 15_000;
const streamNumbers = { both: 3, stdout: 1, stderr: 2, none: 0 } as const;

export interface LogQuery {
  readonly directory: string;
  /** An offset, or the last so many bytes. */
  readonly from: number | { readonly last: number };
  /** 0 for all. */
  readonly maxBytes: number;
  /** Null for as long as it takes. */
  readonly waitMs: number | null;
  readonly until: 'data' | 'end';
  readonly streams: keyof typeof streamNumbers;
}

export interface LogPart {
  readonly state: JobState;
  readonly cursor: number;
  readonly nextCursor: number;
  readonly droppedBytes: number;
}

const argumentsOf = ({ directory, from, maxBytes, waitMs, until, streams }: LogQuery): string[] => [
  'job-read',
  directory,
  typeof from === 'number' ? String(from) : `t${from.last}`,
  String(maxBytes),
  String(waitMs === null ? -1 : Math.round(waitMs)),
  until,
  String(streamNumbers[streams]),
];

/**
 * Yields the output and returns where it was read and how the job stands. Leaving early ends the reading. Null: there is
 * no such job. Throws `cancelled`, `timeout`, `agent_protocol`, and what the connection throws.
 */
export async function* readLog(
  host: JobHost,
  query: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<JobChunk, LogPart | null> {
  const process = await startProgram(host, argumentsOf(query));
  const records = readRecords(process.output('stdout'));
  const cancelled = (): Error => new ThawError('cancelled', 'The call was cancelled.');
  const late = (): Error => new ThawError('timeout', 'The sandbox did not answer in time.');
  let cursor: number | null = null;
  let nextCursor = 0;
  let droppedBytes = 0;
  let state: JobState | null = null;
  try {
    for (;;) {
      const limitMs = (query.waitMs ?? Number.NaN) + ANSWER_MS;
      const next = await withDeadline(records.next(), Number.isNaN(limitMs) ? 2_147_483_647 : limitMs, late, {
        signal,
        onAbort: cancelled,
      });
      if (next.done === true) break;
      const { type, body } = next.value;
      if (type === 'stdout' || type === 'stderr') yield { stream: type, data: Buffer.from(body) };
      else if (type === 'state') state = readState(body);
      else if (type === 'position') {
        const { position, missing } = readPosition(body);
        cursor ??= position;
        nextCursor = position;
        droppedBytes += missing;
      }
    }
  } finally {
    // Nobody reads on: it must not wait for that, and what it said already is dropped.
    process.signal(SIGKILL);
    void records.return(undefined).catch(() => undefined);
  }
  if (state !== null) return { state, cursor: cursor ?? 0, nextCursor, droppedBytes };
  const { code } = await process.exited;
  if (code === 3) return null;
  throw code === 2
    ? new ThawError('unsupported', 'This sandbox runs the guest agent of an older release.', {
        next: 'Stop the sandbox and start it again, then call again.',
      })
    : new ThawError('agent_protocol', 'The output of the command cannot be read.');
}

/** A bounded part of the output at once. Null: there is no such job. */
export async function readPart(
  host: JobHost,
  query: LogQuery,
  signal: AbortSignal,
): Promise<(LogPart & { readonly chunks: readonly JobChunk[] }) | null> {
  const chunks: JobChunk[] = [];
  const reading = readLog(host, query, signal);
  let left = query.maxBytes;
  for (let next = await reading.next(); ; next = await reading.next()) {
    if (next.done === true) return next.value === null ? null : { ...next.value, chunks };
    left -= next.value.data.length;
    if (left < 0) {
      await reading.return(null);
      throw new ThawError('agent_protocol', 'The sandbox says more than it was asked.');
    }
    chunks.push(next.value);
  }
}

/** Whether a wait for a job failed because its sandbox went away, and not because of the caller. */
export const isGone = (error: unknown): boolean =>
  isThawError(error, 'agent_unreachable', 'agent_protocol', 'process_limit');
