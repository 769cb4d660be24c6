/**
 * The jobs group of the port over sessions of the toolbox: one session a command, named by its execId. A session has no
 * signals and no end of input, which is refused by name; stopping one ends its whole group at once.
 */
import { z } from 'zod';
import {
  ExecId,
  type Job,
  type ReadJob,
  readBytes,
  type StartJob,
  type StopJob,
} from '../../../schemas/jobs.ts';
import type { JobChunk, JobOperations } from '../../backend/jobs.ts';
import type { CallContext } from '../../backend/port.ts';
import { toTimestamp } from '../../clock.ts';
import { isThawError, ThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import type { RemoteContext } from '../context.ts';
import { pause } from '../pause.ts';
import { askToolbox, callToolbox } from './call.ts';
import { bytesOf, splitLog, windowOf } from './job-logs.ts';
import { quote } from './quote.ts';

const LOOK_AGAIN_MS = 300;
/** Of a job that is followed to its end. */
const FOLLOW_AGAIN_MS = 1_000;
const MAX_LISTED = 50;
const SHOWN_COMMAND = 1_000;
const MAX_LOG_BYTES = 64 * 1024 * 1024;

const codes = { 404: 'job_not_found', 410: 'command_ended' } as const;

const WireSession = z.looseObject({
  sessionId: z.string(),
  commands: z
    .array(z.looseObject({ id: z.string(), command: z.string(), exitCode: z.number().int().nullish() }))
    .nullish(),
});
const WireStarted = z.looseObject({ cmdId: z.string() });
const WireLog = z.looseObject({ output: z.string() });

interface Seen {
  readonly job: Job;
  readonly commandId: string;
  readonly chunks: readonly JobChunk[];
}

const refuse = (what: string, next: string): never => {
  throw new ThawError('unsupported_by_backend', `${what} is nothing that the Daytona API can do.`, { next });
};

/** The command with its directory and variables, in a shell of its own. */
function toCommand({ command, cwd, env, user, stdin, timeoutSeconds }: StartJob): string {
  if (user !== undefined) refuse('user', 'Leave user out, or put `sudo -n -u USER` in front of the command.');
  if (stdin !== undefined) refuse('stdin of a background command', 'Give it with sandbox_exec_input.');
  if (timeoutSeconds !== undefined)
    refuse('timeoutSeconds of a background command', 'Put `timeout SECONDS` in front of the command.');
  const exports = Object.entries(env ?? {}).map(([name, value]) => `export ${name}=${quote(value)}; `);
  const enter = cwd === undefined ? '' : `cd -- ${quote(cwd)} && `;
  return exports.length === 0 && enter === '' ? command : `( ${exports.join('')}${enter}{ ${command}\n} )`;
}

/** When it was started: the id says it, in seconds. */
const startOf = (execId: string): string => toTimestamp(Number(execId.split('-')[1] ?? 0) * 1000);

export function jobOperations(remote: RemoteContext): JobOperations {
  const { clock } = remote.api;
  const at = (execId: string): string => `/process/session/${encodeURIComponent(execId)}`;

  async function look(sandbox: string, execId: string, context: CallContext): Promise<Seen> {
    const session = { method: 'GET', path: at(execId), idempotent: true, codes };
    const { commands } = (await callToolbox(remote, sandbox, session, WireSession, context)).value;
    const [command] = commands ?? [];
    if (command === undefined) throw new ThawError('job_not_found', `There is no command ${execId}.`);
    const path = `${at(execId)}/command/${encodeURIComponent(command.id)}/logs`;
    const logs = { method: 'GET', path, idempotent: true, codes, maxBytes: MAX_LOG_BYTES };
    const chunks = splitLog((await callToolbox(remote, sandbox, logs, WireLog, context)).value.output);
    const exitCode = command.exitCode ?? null;
    const job: Job = {
      execId,
      command: command.command.slice(0, SHOWN_COMMAND),
      status: exitCode === null ? 'running' : 'exited',
      exitCode,
      signal: null,
      startedAt: startOf(execId),
      endedAt: null,
      stdoutBytes: bytesOf(chunks, 'stdout'),
      stderrBytes: bytesOf(chunks, 'stderr'),
    };
    return { job, commandId: command.id, chunks };
  }

  async function drop(sandbox: string, execId: string, context: CallContext): Promise<void> {
    await askToolbox(remote, sandbox, { method: 'DELETE', path: at(execId), codes }, context);
  }

  async function start(sandbox: string, request: StartJob, context: CallContext): Promise<Job> {
    const command = toCommand(request);
    const execId = `exec-${Math.floor(clock.now() / 1000)}-${randomHex(8)}`;
    const session = { method: 'POST', path: '/process/session', json: { sessionId: execId } };
    await askToolbox(remote, sandbox, session, context);
    try {
      const json = { command, runAsync: true };
      const run = { method: 'POST', path: `${at(execId)}/exec`, json };
      await callToolbox(remote, sandbox, run, WireStarted, context);
      return (await look(sandbox, execId, context)).job;
    } catch (error) {
      await drop(sandbox, execId, { signal: AbortSignal.any([]) }).catch((second: unknown) =>
        remote.api.log.warn({ err: second }, 'a session could not be removed'),
      );
      throw error;
    }
  }

  async function read(sandbox: string, execId: string, query: ReadJob, context: CallContext) {
    const until = clock.monotonic() + (query.waitSeconds ?? 0) * 1000;
    let seen = await look(sandbox, execId, context);
    const hasNew = (): boolean => bytesOf(seen.chunks) > (query.cursor ?? 0) || seen.job.status !== 'running';
    while (!hasNew() && clock.monotonic() < until) {
      await pause(LOOK_AGAIN_MS, context.signal, clock);
      seen = await look(sandbox, execId, context);
    }
    const total = bytesOf(seen.chunks);
    const most = readBytes(query);
    const cursor =
      query.tailBytes === undefined
        ? Math.min(query.cursor ?? 0, total)
        : Math.max(0, total - query.tailBytes);
    const window = windowOf(seen.chunks, cursor, most);
    const { stream = 'both' } = query;
    return {
      job: seen.job,
      chunks: window.filter((chunk) => stream === 'both' || chunk.stream === stream),
      cursor,
      nextCursor: cursor + bytesOf(window),
      droppedBytes: 0,
    };
  }

  async function stop(
    sandbox: string,
    execId: string,
    { signal }: StopJob,
    context: CallContext,
  ): Promise<Job> {
    if (signal !== undefined && signal !== 'TERM' && signal !== 'KILL')
      refuse(`signal ${signal}`, 'Send it with sandbox_exec and pkill.');
    const { job } = await look(sandbox, execId, context);
    await drop(sandbox, execId, context);
    return job.status === 'running' ? { ...job, status: 'killed', signal: 'SIGKILL' } : job;
  }

  return {
    start,
    read,
    stop,
    remove: drop,
    async get(sandbox, execId, context) {
      return (await look(sandbox, execId, context)).job;
    },
    async list(sandbox, context) {
      const request = { method: 'GET', path: '/process/session', idempotent: true };
      const { value } = await callToolbox(remote, sandbox, request, z.array(WireSession), context);
      const ids = value.map(({ sessionId }) => sessionId).filter((id) => ExecId.safeParse(id).success);
      const jobs: Job[] = [];
      for (const id of ids.sort().reverse().slice(0, MAX_LISTED)) {
        try {
          jobs.push((await look(sandbox, id, context)).job);
        } catch (error) {
          // It may have ended between the two looks.
          if (!isThawError(error, 'job_not_found')) throw error;
        }
      }
      return jobs;
    },
    async *follow(sandbox, execId, { cursor = 0 }, context) {
      for (let from = cursor; ; ) {
        const { job, chunks } = await look(sandbox, execId, context);
        yield* windowOf(chunks, from, Number.MAX_SAFE_INTEGER);
        from = Math.max(from, bytesOf(chunks));
        if (job.status !== 'running') return;
        await pause(FOLLOW_AGAIN_MS, context.signal, clock);
      }
    },
    async write(sandbox, execId, { data, close }, context) {
      if (close) refuse('Ending the input', 'Let the command end at a line of its own.');
      const { commandId, job } = await look(sandbox, execId, context);
      const path = `${at(execId)}/command/${encodeURIComponent(commandId)}/input`;
      const json = { data: data.toString('utf8') };
      await askToolbox(remote, sandbox, { method: 'POST', path, json, codes }, context);
      return job;
    },
  };
}
