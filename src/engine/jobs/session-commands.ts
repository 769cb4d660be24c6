/** What a sandbox has of sessions and their commands, as its files tell it. */
import type { Session, SessionCommand } from '../../../schemas/sessions.ts';
import type { JobChunk } from '../../backend/jobs.ts';
import { ThawError } from '../../errors.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { type ListedJob, listJobs } from './list-jobs.ts';
import { SESSIONS_DIRECTORY, sessionDirectory } from './places.ts';
import type { JobHost } from './program.ts';
import { readLog } from './read-log.ts';
import type { JobState } from './records.ts';

/** More of one command is not answered at once; the beginning is left out then. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;
const SIGNAL_BASE = 128;
const LOST = -1;

export interface FoundSession {
  readonly sessionId: string;
  readonly directory: string;
  readonly shell: JobState;
  /** In the order in which they were started. */
  readonly commands: readonly ListedJob[];
}

export const exitCodeOf = ({ status, value }: JobState): number | undefined => {
  if (status === 'running') return undefined;
  if (status === 'exited') return value;
  return status === 'lost' ? LOST : SIGNAL_BASE + value;
};

export function toCommand({ about, state }: ListedJob): SessionCommand {
  const exitCode = exitCodeOf(state);
  const command = { id: about?.id ?? '', command: about?.command ?? '' };
  return exitCode === undefined ? command : { ...command, exitCode };
}

export const toSession = ({ sessionId, commands }: FoundSession): Session => ({
  sessionId,
  commands: commands.map(toCommand),
});

/** Those of this start of the sandbox: shells of an earlier one are gone with it. */
export async function findSessions(
  host: JobHost,
  { record }: ManagedSandbox,
  signal: AbortSignal,
): Promise<FoundSession[]> {
  const jobs = (await listJobs(host, SESSIONS_DIRECTORY, signal)).filter(
    ({ about }) => about?.sandbox === record.id && about.generation === record.generation,
  );
  return jobs.flatMap(({ name, about, state }) => {
    if (about?.kind !== 'session') return [];
    const directory = sessionDirectory(about.id, record.generation);
    const prefix = `${directory.slice(SESSIONS_DIRECTORY.length + 1)}/`;
    if (!name.startsWith(prefix)) return [];
    const commands = jobs
      .filter((job) => job.about?.kind === 'session-command' && job.name === `${prefix}${job.about.id}`)
      .sort((a, b) => a.state.startedMs - b.state.startedMs);
    return [{ sessionId: about.id, directory, shell: state, commands }];
  });
}

/** Throws `session_not_found`. */
export async function requireSession(
  host: JobHost,
  sandbox: ManagedSandbox,
  sessionId: string,
  signal: AbortSignal,
): Promise<FoundSession> {
  const found = (await findSessions(host, sandbox, signal)).find(
    (session) => session.sessionId === sessionId,
  );
  if (found !== undefined) return found;
  throw new ThawError('session_not_found', `Sandbox ${sandbox.record.name} has no session ${sessionId}.`);
}

/** Throws `job_not_found`. */
export function requireCommand({ sessionId, commands }: FoundSession, commandId: string): ListedJob {
  const found = commands.find(({ about }) => about?.id === commandId);
  if (found !== undefined) return found;
  throw new ThawError('job_not_found', `Session ${sessionId} has no command ${commandId.slice(0, 100)}.`, {
    next: 'Get the session to see its commands.',
  });
}

/** What is kept of its output, now or at its end. */
export async function readCommand(
  host: JobHost,
  directory: string,
  until: 'now' | 'end',
  signal: AbortSignal,
): Promise<{ readonly chunks: readonly JobChunk[]; readonly state: JobState | null }> {
  const wait = until === 'now' ? { waitMs: 0, from: { last: MAX_LOG_BYTES } } : { waitMs: null, from: 0 };
  const query = { directory, ...wait, maxBytes: 0, until: 'end', streams: 'both' } as const;
  const chunks: JobChunk[] = [];
  let bytes = 0;
  const reading = readLog(host, query, signal);
  for (let next = await reading.next(); ; next = await reading.next()) {
    if (next.done === true) return { chunks, state: next.value?.state ?? null };
    chunks.push(next.value);
    bytes += next.value.data.length;
    while (bytes > MAX_LOG_BYTES) bytes -= chunks.shift()?.data.length ?? 0;
  }
}
