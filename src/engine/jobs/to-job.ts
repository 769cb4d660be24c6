/** A job as the API tells it. */
import { constants } from 'node:os';
import type { Job } from '../../../schemas/jobs.ts';
import { toTimestamp } from '../../clock.ts';
import type { JobState } from './records.ts';

export const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;

export function toJob(execId: string, command: string, state: JobState): Job {
  const { status, value, startedMs, endedMs, stdoutBytes, stderrBytes } = state;
  const bySignal = status === 'killed' || (status === 'timed_out' && value !== 0);
  return {
    execId,
    command,
    status,
    exitCode: status === 'exited' ? value : null,
    signal: bySignal ? signalName(value) : null,
    startedAt: toTimestamp(startedMs),
    endedAt: endedMs === 0 ? null : toTimestamp(endedMs),
    stdoutBytes,
    stderrBytes,
  };
}
