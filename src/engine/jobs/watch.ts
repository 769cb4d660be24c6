/** A job that runs is work: its sandbox is not idle, in whichever owner's time the job began. */
import type { EngineContext } from '../context.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { listJobs } from './list-jobs.ts';
import { JOBS_DIRECTORY, SESSIONS_DIRECTORY } from './places.ts';
import { readLog } from './read-log.ts';

/** Until `over` resolves, which it must, at the latest with the connection to the sandbox. */
export function countAsWork(context: EngineContext, sandbox: ManagedSandbox, over: Promise<void>): void {
  const { registry } = context;
  sandbox.runningCommands += 1;
  registry.touch(sandbox);
  const end = (): void => {
    sandbox.runningCommands -= 1;
    registry.touch(sandbox);
  };
  void over.then(end, end);
}

/** Resolves when the job ended or the sandbox is gone. Never rejects. */
async function waitForEnd(host: Parameters<typeof readLog>[0], directory: string): Promise<void> {
  const query = {
    directory,
    from: { last: 0 },
    maxBytes: 0,
    waitMs: null,
    until: 'end',
    streams: 'none',
  } as const;
  try {
    for await (const chunk of readLog(host, query, new AbortController().signal)) void chunk;
  } catch {
    // Gone with its sandbox; a new connection to it looks again.
  }
}

/** Finds the jobs that run in a sandbox that was connected to again. Never throws: without them it only seems idle. */
export async function watchJobs(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  const agent = sandbox.guest?.agent;
  // A supervisor is a process that an earlier connection started: without any there is no job.
  if (agent === undefined || agent.info.inherited === 0 || agent.info.protocolVersion === 0) return;
  const { signal } = new AbortController();
  for (const base of [JOBS_DIRECTORY, SESSIONS_DIRECTORY]) {
    try {
      for (const { name, about, state } of await listJobs({ agent }, base, signal)) {
        // The shell of a session waits; only its commands are work.
        if (state.status !== 'running' || about?.kind === 'session') continue;
        countAsWork(context, sandbox, waitForEnd({ agent }, `${base}/${name}`));
      }
    } catch (error) {
      context.log.warn({ err: error, sandbox: sandbox.record.name }, 'the running commands are not known');
    }
  }
}
