/** Where jobs and sessions are in a sandbox's own file system. */
import { createHash } from 'node:crypto';

export const JOBS_DIRECTORY = '/var/lib/thaw/jobs';
export const SESSIONS_DIRECTORY = '/var/lib/thaw/sessions';
const SHELL = 'shell';

export const jobDirectory = (execId: string): string => `${JOBS_DIRECTORY}/${execId}`;

/** Ids of sessions may hold anything; the generation keeps those of an earlier start apart. */
export function sessionDirectory(sessionId: string, generation: number): string {
  const key = createHash('sha256').update(sessionId).digest('hex').slice(0, 32);
  return `${SESSIONS_DIRECTORY}/${generation}-${key}`;
}

export const shellDirectory = (session: string): string => `${session}/${SHELL}`;
export const commandDirectory = (session: string, commandId: string): string => `${session}/${commandId}`;
