/** The group `jobs`: commands that go on after the call that started them. */
import { constants } from 'node:os';
import { type Job, type ReadJob, readBytes, type StartJob, type StopJob } from '../../../schemas/jobs.ts';
import type { JobChunk, JobOperations, JobOutput } from '../../backend/jobs.ts';
import type { CallContext } from '../../backend/port.ts';
import type { EngineContext } from '../context.ts';
import { prepareCommand } from '../exec/prepare-command.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { encodeAbout } from './about.ts';
import { sendInput, sendSignal } from './control.ts';
import { generationOf, jobNotFound, newExecId, requireCurrent } from './exec-id.ts';
import { launchJob } from './launch.ts';
import { type ListedJob, listJobs } from './list-jobs.ts';
import { JOBS_DIRECTORY, jobDirectory } from './places.ts';
import type { JobHost } from './program.ts';
import { readLog, readPart } from './read-log.ts';
import { retainJobs } from './retain.ts';
import { toJob } from './to-job.ts';
import { countAsWork } from './watch.ts';

const DEFAULT_GRACE_SECONDS = 5;
/** After SIGKILL a process that sits in the kernel is not waited for longer than this. */
const GIVE_UP_AFTER_MS = 2_000;

/** Signals after which a command is meant to go on. */
const HARMLESS: ReadonlySet<string> = new Set(['USR1', 'USR2']);

export async function startJob(
  context: EngineContext,
  sandbox: ManagedSandbox,
  request: StartJob & { /** Nothing follows what `stdin` says. */ readonly endStdin?: boolean },
  { signal }: CallContext,
): Promise<Job> {
  const { agent } = await requireGuest(context, sandbox);
  const { record } = sandbox;
  const execId = newExecId(record);
  const directory = jobDirectory(execId);
  const spawn = prepareCommand(context, record, request);
  const spec = {
    directory,
    about: aboutJob(sandbox, execId, request.command),
    timeoutMs: request.timeoutSeconds === undefined ? null : request.timeoutSeconds * 1000,
  };
  signal.throwIfAborted();
  const supervisor = await launchJob({ agent }, spec, { ...spawn, stdin: true });
  countAsWork(context, sandbox, supervisor.over);
  retainJobs(context, sandbox);
  const data = Buffer.from(request.stdin ?? '');
  const close = request.endStdin === true;
  if (data.length > 0 || close) await sendInput({ agent }, directory, { data, close }, signal);
  return await getJob({ agent }, sandbox, execId, signal);
}

export const aboutJob = ({ record }: ManagedSandbox, execId: string, command: string): Buffer =>
  encodeAbout({ sandbox: record.id, generation: record.generation, kind: 'exec', id: execId, command });

const isOf = (sandbox: ManagedSandbox, { about }: ListedJob, execId: string): boolean =>
  about?.sandbox === sandbox.record.id && about.kind === 'exec' && about.id === execId;

/** Throws `job_not_found`. */
async function getJob(
  host: JobHost,
  sandbox: ManagedSandbox,
  execId: string,
  signal: AbortSignal,
): Promise<Job> {
  generationOf(execId);
  const [found] = await listJobs(host, jobDirectory(execId), signal);
  if (found === undefined || !isOf(sandbox, found, execId)) throw jobNotFound(execId);
  return toJob(execId, found.about?.command ?? '', found.state);
}

async function readJob(
  host: JobHost,
  sandbox: ManagedSandbox,
  execId: string,
  query: ReadJob,
  signal: AbortSignal,
): Promise<JobOutput> {
  const { command } = await getJob(host, sandbox, execId, signal);
  const { cursor = 0, tailBytes, stream = 'both', waitSeconds = 0 } = query;
  const part = await readPart(
    host,
    {
      directory: jobDirectory(execId),
      from: tailBytes === undefined ? cursor : { last: tailBytes },
      maxBytes: readBytes(query),
      waitMs: waitSeconds * 1000,
      until: 'data',
      streams: stream,
    },
    signal,
  );
  if (part === null) throw jobNotFound(execId);
  const { chunks, nextCursor, droppedBytes, state } = part;
  return { job: toJob(execId, command, state), chunks, cursor: part.cursor, nextCursor, droppedBytes };
}

/** Signals it and waits for its end as long as the grace and a little more. */
async function stopJob(
  host: JobHost,
  execId: string,
  { signal = 'TERM', graceSeconds = DEFAULT_GRACE_SECONDS }: StopJob,
  abort: AbortSignal,
): Promise<void> {
  const directory = jobDirectory(execId);
  const number = constants.signals[`SIG${signal}`];
  if (HARMLESS.has(signal)) {
    await sendSignal(host, directory, number, null, abort);
    return;
  }
  const graceMs = graceSeconds * 1000;
  await sendSignal(host, directory, number, graceMs, abort);
  const waitMs = graceMs + GIVE_UP_AFTER_MS;
  const query = { directory, from: { last: 0 }, maxBytes: 0, waitMs, until: 'end', streams: 'none' } as const;
  await readPart(host, query, abort);
}

export function jobOperations(context: EngineContext): JobOperations {
  const { registry } = context;
  const reach = async (
    name: string,
    call: CallContext,
  ): Promise<{ sandbox: ManagedSandbox; host: JobHost }> => {
    const sandbox = registry.find(name, call);
    const { agent } = await requireGuest(context, sandbox);
    registry.touch(sandbox);
    return { sandbox, host: { agent } };
  };
  return {
    start: async (name, request, call) => await startJob(context, registry.find(name, call), request, call),
    async list(name, call) {
      const { sandbox, host } = await reach(name, call);
      const { signal } = call;
      const jobs = await listJobs(host, JOBS_DIRECTORY, signal);
      return jobs
        .filter((job) => isOf(sandbox, job, job.name))
        .sort((a, b) => b.state.startedMs - a.state.startedMs)
        .map((job) => toJob(job.name, job.about?.command ?? '', job.state));
    },
    async get(name, execId, call) {
      const { sandbox, host } = await reach(name, call);
      const { signal } = call;
      return await getJob(host, sandbox, execId, signal);
    },
    async read(name, execId, query, call) {
      const { sandbox, host } = await reach(name, call);
      const { signal } = call;
      return await readJob(host, sandbox, execId, query, signal);
    },
    async *follow(name, execId, { cursor = 0 }, call): AsyncGenerator<JobChunk> {
      const { sandbox, host } = await reach(name, call);
      const { signal } = call;
      await getJob(host, sandbox, execId, signal);
      const directory = jobDirectory(execId);
      const query = {
        directory,
        from: cursor,
        maxBytes: 0,
        waitMs: null,
        until: 'end',
        streams: 'both',
      } as const;
      yield* readLog(host, query, signal);
    },
    async write(name, execId, input, call) {
      const { sandbox, host } = await reach(name, call);
      const { signal } = call;
      requireCurrent(execId, sandbox.record);
      await getJob(host, sandbox, execId, signal);
      await sendInput(host, jobDirectory(execId), input, signal);
      return await getJob(host, sandbox, execId, signal);
    },
    async stop(name, execId, how, call) {
      const { sandbox, host } = await reach(name, call);
      const { signal } = call;
      requireCurrent(execId, sandbox.record);
      await getJob(host, sandbox, execId, signal);
      await stopJob(host, execId, how, signal);
      return await getJob(host, sandbox, execId, signal);
    },
    async remove(name, execId, call) {
      const { sandbox, host } = await reach(name, call);
      const { signal } = call;
      const { status } = await getJob(host, sandbox, execId, signal);
      if (status === 'running') await stopJob(host, execId, { signal: 'KILL', graceSeconds: 0 }, signal);
      await host.agent.remove(jobDirectory(execId), { recursive: true }, { signal });
    },
  };
}
