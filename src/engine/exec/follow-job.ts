/** Goes on waiting for a command that its supervisor has by now. */
import { constants } from 'node:os';
import type { ExecResult } from '../../../schemas/exec.ts';
import { isThawError, ThawError } from '../../errors.ts';
import { sendSignal } from '../jobs/control.ts';
import { jobDirectory } from '../jobs/places.ts';
import type { JobHost } from '../jobs/program.ts';
import { readLog } from '../jobs/read-log.ts';
import { toJob } from '../jobs/to-job.ts';
import type { CollectedOutput } from './collected-output.ts';

/** How long a group that got SIGKILL is waited for. */
const KILLED_MS = 3_000;

export type Status = Pick<ExecResult, 'status' | 'exitCode' | 'signal'>;

/** Kills it, and waits until it is over. */
export async function killJob(host: JobHost, execId: string): Promise<void> {
  const directory = jobDirectory(execId);
  const { signal } = new AbortController();
  await sendSignal(host, directory, constants.signals.SIGKILL, null, signal);
  const query = {
    directory,
    from: { last: 0 },
    maxBytes: 0,
    waitMs: KILLED_MS,
    until: 'end',
    streams: 'none',
  } as const;
  for await (const chunk of readLog(host, query, signal)) void chunk;
}

/** Takes its output from `output.bytes` on. Throws `cancelled` once it is dead when the caller went away. */
export async function followJob(
  host: JobHost,
  execId: string,
  output: CollectedOutput,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<Status> {
  const query = {
    directory: jobDirectory(execId),
    from: output.bytes,
    maxBytes: 0,
    waitMs: Math.max(0, waitMs),
    until: 'end',
    streams: 'both',
  } as const;
  try {
    const reading = readLog(host, query, signal);
    for (let next = await reading.next(); ; next = await reading.next()) {
      if (next.done !== true) {
        output.add(next.value.stream, next.value.data);
        continue;
      }
      if (next.value === null) throw new ThawError('agent_protocol', 'The command is gone with its output.');
      const { status, exitCode, signal: by } = toJob(execId, '', next.value.state);
      return { status, exitCode, signal: by };
    }
  } catch (error) {
    if (!isThawError(error, 'cancelled')) throw error;
    await killJob(host, execId);
    throw new ThawError('cancelled', 'The command was cancelled and its process group was killed.');
  }
}
