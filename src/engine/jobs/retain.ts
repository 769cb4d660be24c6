/** Bounds what is kept of commands that ended: the newest few, and so many bytes of output. */
import type { EngineContext } from '../context.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { LOG_BOUND_BYTES } from './launch.ts';
import { type ListedJob, listJobs } from './list-jobs.ts';
import { JOBS_DIRECTORY, jobDirectory } from './places.ts';

export const MAX_ENDED_JOBS = 20;
const MAX_ENDED_BYTES = 2 * LOG_BOUND_BYTES;

/** The names of what goes: what was copied from another sandbox, and what is beyond the bounds. Pure. */
export function surplus(jobs: readonly ListedJob[], sandboxId: string): string[] {
  const isOurs = ({ about, name }: ListedJob): boolean => about?.sandbox === sandboxId && about.id === name;
  const ended = jobs
    .filter((job) => isOurs(job) && job.state.status !== 'running')
    .sort((a, b) => b.state.startedMs - a.state.startedMs);
  let bytes = 0;
  const over = ended.filter(({ state }, index) => {
    bytes += Math.min(state.stdoutBytes + state.stderrBytes, LOG_BOUND_BYTES);
    return index > 0 && (index >= MAX_ENDED_JOBS || bytes > MAX_ENDED_BYTES);
  });
  const foreign = jobs.filter((job) => !isOurs(job) && job.state.status !== 'running');
  return [...foreign, ...over].map(({ name }) => name);
}

/** To be called when a job was started. */
export function retainJobs(context: EngineContext, sandbox: ManagedSandbox): void {
  const agent = sandbox.guest?.agent;
  if (agent === undefined) return;
  context.background.run('forget old commands', async () => {
    const jobs = await listJobs({ agent }, JOBS_DIRECTORY, new AbortController().signal);
    for (const name of surplus(jobs, sandbox.record.id)) {
      // A name with a slash would be somebody else's directory.
      if (!name.includes('/') && name !== '') await agent.remove(jobDirectory(name), { recursive: true });
    }
  });
}
