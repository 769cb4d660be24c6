/** The group `sessions`: long-lived shells that run one command after another (reference §4.2). */
import { constants } from 'node:os';
import type { JobChunk, SessionOperations, SessionResult } from '../../backend/jobs.ts';
import type { CallContext } from '../../backend/port.ts';
import { isThawError, ThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import { prepareCommand } from '../exec/prepare-command.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { encodeAbout } from './about.ts';
import { sendInput, sendSignal } from './control.ts';
import { launchInSession, launchJob } from './launch.ts';
import { commandDirectory, sessionDirectory, shellDirectory } from './places.ts';
import type { JobHost } from './program.ts';
import { readLog, readPart } from './read-log.ts';
import {
  exitCodeOf,
  findSessions,
  readCommand,
  requireCommand,
  requireSession,
  toCommand,
  toSession,
} from './session-commands.ts';
import { SESSION_LOOP } from './session-shell.ts';
import { countAsWork } from './watch.ts';

/** Of one command of a session, and of what its shell itself says. */
const COMMAND_LOG_BYTES = 32 * 1024 * 1024;
const SHELL_LOG_BYTES = 1024 * 1024;
const MAX_COMMANDS = 50;
/** What the processes of a session get between SIGTERM and SIGKILL. */
const GRACE_MS = 2_000;
const EEXIST = 17;

interface Reached {
  readonly sandbox: ManagedSandbox;
  readonly host: JobHost;
  readonly signal: AbortSignal;
}

const aboutOf = (
  { record }: ManagedSandbox,
  kind: 'session' | 'session-command',
  id: string,
  command: string,
) => encodeAbout({ sandbox: record.id, generation: record.generation, kind, id, command });

async function createSession(context: EngineContext, { sandbox, host }: Reached, sessionId: string) {
  const { record } = sandbox;
  const spawn = prepareCommand(context, record, { command: SESSION_LOOP });
  const directory = shellDirectory(sessionDirectory(sessionId, record.generation));
  const about = aboutOf(sandbox, 'session', sessionId, '');
  const spec = { directory, about, timeoutMs: null, boundBytes: SHELL_LOG_BYTES };
  try {
    await launchJob(host, spec, { ...spawn, stdin: true });
  } catch (error) {
    if (!isThawError(error) || error.context['errno'] !== EEXIST) throw error;
    throw new ThawError('session_exists', `Sandbox ${record.name} has a session ${sessionId} already.`);
  }
}

/** The oldest that ended go. Never fails a command for that. */
async function forgetOldCommands(
  context: EngineContext,
  { sandbox, host, signal }: Reached,
  sessionId: string,
) {
  const { directory, commands } = await requireSession(host, sandbox, sessionId, signal);
  const ended = commands.filter(({ state }) => state.status !== 'running');
  for (const { about } of ended.slice(0, Math.max(0, commands.length - MAX_COMMANDS)))
    await host.agent.remove(commandDirectory(directory, about?.id ?? ''), { recursive: true });
  context.log.debug({ sessionId, commands: commands.length }, 'a session took a command');
}

async function execInSession(
  context: EngineContext,
  reached: Reached,
  sessionId: string,
  { command, runAsync = false }: { readonly command: string; readonly runAsync?: boolean },
): Promise<SessionResult> {
  const { sandbox, host, signal } = reached;
  const { directory, shell } = await requireSession(host, sandbox, sessionId, signal);
  if (shell.status !== 'running')
    throw new ThawError('session_ended', `The shell of session ${sessionId} has ended.`);
  const cmdId = `cmd-${randomHex(8)}`;
  const spec = {
    directory: commandDirectory(directory, cmdId),
    about: aboutOf(sandbox, 'session-command', cmdId, command),
    timeoutMs: null,
    boundBytes: COMMAND_LOG_BYTES,
  };
  const how = { shell: shellDirectory(directory), user: sandbox.record.user, command };
  const supervisor = await launchInSession(host, spec, how);
  countAsWork(context, sandbox, supervisor.over);
  const background = { ...reached, signal: new AbortController().signal };
  context.background.run('forget old commands', () => forgetOldCommands(context, background, sessionId));
  if (runAsync) return { cmdId };
  const { chunks, state } = await readCommand(host, spec.directory, 'end', signal);
  return { cmdId, ended: { exitCode: (state === null ? undefined : exitCodeOf(state)) ?? -1, chunks } };
}

async function deleteSession({ sandbox, host, signal }: Reached, sessionId: string): Promise<void> {
  const { directory } = await requireSession(host, sandbox, sessionId, signal);
  const shell = shellDirectory(directory);
  await sendSignal(host, shell, constants.signals.SIGTERM, GRACE_MS, signal);
  const waitMs = 2 * GRACE_MS;
  const query = {
    directory: shell,
    from: { last: 0 },
    maxBytes: 0,
    waitMs,
    until: 'end',
    streams: 'none',
  } as const;
  await readPart(host, query, signal);
  await host.agent.remove(directory, { recursive: true }, { signal });
}

export function sessionOperations(context: EngineContext): SessionOperations {
  const { registry } = context;
  const reach = async (name: string, call: CallContext): Promise<Reached> => {
    const sandbox = registry.find(name, call);
    const { agent } = await requireGuest(context, sandbox);
    registry.touch(sandbox);
    return { sandbox, host: { agent }, signal: call.signal };
  };
  const find = async (name: string, sessionId: string, commandId: string, call: CallContext) => {
    const reached = await reach(name, call);
    const session = await requireSession(reached.host, reached.sandbox, sessionId, call.signal);
    const job = requireCommand(session, commandId);
    return { ...reached, job, directory: commandDirectory(session.directory, commandId) };
  };
  return {
    async create(name, sessionId, call) {
      await createSession(context, await reach(name, call), sessionId);
      return { sessionId, commands: [] };
    },
    async list(name, call) {
      const { host, sandbox, signal } = await reach(name, call);
      return (await findSessions(host, sandbox, signal)).map(toSession);
    },
    async get(name, sessionId, call) {
      const { host, sandbox, signal } = await reach(name, call);
      return toSession(await requireSession(host, sandbox, sessionId, signal));
    },
    delete: async (name, sessionId, call) => await deleteSession(await reach(name, call), sessionId),
    exec: async (name, sessionId, request, call) =>
      await execInSession(context, await reach(name, call), sessionId, {
        command: request.command,
        ...(request.runAsync === undefined ? {} : { runAsync: request.runAsync }),
      }),
    command: async (name, sessionId, commandId, call) =>
      toCommand((await find(name, sessionId, commandId, call)).job),
    async logs(name, sessionId, commandId, call) {
      const { host, directory, signal } = await find(name, sessionId, commandId, call);
      return (await readCommand(host, directory, 'now', signal)).chunks;
    },
    async *follow(name, sessionId, commandId, call): AsyncGenerator<JobChunk> {
      const { host, directory, signal } = await find(name, sessionId, commandId, call);
      const query = { directory, from: 0, maxBytes: 0, waitMs: null, until: 'end', streams: 'both' } as const;
      yield* readLog(host, query, signal);
    },
    async input(name, sessionId, commandId, data, call) {
      const { host, directory, signal } = await find(name, sessionId, commandId, call);
      await sendInput(host, directory, { data, close: false }, signal);
    },
  };
}
