/** Starts a command in a sandbox without a guest agent. */
import { ThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import { deferred, withDeadline } from '../agent/deferred.ts';
import { type GuestFailure, type Step, spawnError, stepNames } from '../agent/errno.ts';
import type { GuestProcess, ProcessExit, SpawnOptions } from '../agent/port.ts';
import { MAX_ARGUMENT_BYTES, splitScript } from '../agent/spawn-request.ts';
import { Command, type Placed, toExit } from './command.ts';
import { commandArgv } from './command-script.ts';
import { diagnose, nameOf } from './diagnose.ts';
import { fileOperations } from './files.ts';
import { type SandboxLink, unreachable } from './sandbox-link.ts';

/** The daemon starts one command after another, so a burst waits. */
const START_TIMEOUT_MS = 30_000;
const E2BIG = 7;
/** The end of a container is told a moment after the end of what ran in it. */
const CONTAINER_END_MS = 300;
const INSPECT_TRIES = 20;
const INSPECT_EVERY_MS = 50;
const given = { HOME: 'h', USER: 'u', LOGNAME: 'l' } as const;

function refuse(what: string): never {
  throw new ThawError('unsupported', `${what} needs the guest agent, and this sandbox runs without one.`, {
    next: 'Run `thaw doctor` on the host: it says how to get the guest agent.',
  });
}

/** Throws what the guest agent's client would throw for the same options. */
function checkOptions({ argv, env = {}, pty, rlimits }: SpawnOptions): void {
  if (pty !== undefined) refuse('A terminal');
  if (rlimits !== undefined && Object.keys(rlimits).length > 0) refuse('A limit of one process');
  if ((argv[0] ?? '') === '') throw new ThawError('invalid_argument', 'There is no program to run.');
  if (Object.keys(env).some((name) => name === '' || name.includes('='))) {
    throw new ThawError('invalid_argument', 'A name of an environment variable is empty or contains "=".');
  }
  const texts = [...argv, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  if (texts.some((text) => text.includes('\0'))) {
    throw new ThawError('invalid_argument', 'The command or its environment contains a NUL character.');
  }
  if (texts.some((text) => Buffer.byteLength(text) >= MAX_ARGUMENT_BYTES)) {
    throw spawnError({ errno: E2BIG, step: 'exec' }, { program: argv[0] ?? '', cwd: '', user: '' });
  }
}

/** How a command ended whose scripts did not live to tell. Throws `agent_unreachable` when the container ended with it. */
async function inspectEnd(link: SandboxLink, execId: string): Promise<ProcessExit> {
  await Promise.race([link.closed, new Promise((resolve) => setTimeout(resolve, CONTAINER_END_MS))]);
  for (let tries = 0; tries < INSPECT_TRIES && link.isOpen; tries += 1) {
    const facts = await link.docker.inspectExec(execId);
    const container = await link.docker.inspectContainer(link.containerId);
    if (container?.running !== true) break;
    if (facts !== null && !facts.running && facts.exitCode !== null) return toExit(facts.exitCode);
    await new Promise((resolve) => setTimeout(resolve, INSPECT_EVERY_MS));
  }
  throw unreachable('The command ended with its container.');
}

const isStep = (text: string): text is Step => stepNames.some((step) => step === text);

/** `nonce pid group`, or `nonce!errno step`; null for anything else. */
function parseFirstLine(line: string, nonce: string): Placed | GuestFailure | null {
  if (!line.startsWith(nonce)) return null;
  const [, sign, first, second = ''] = /^([ !])(\d{1,9}) (\w{1,20})$/.exec(line.slice(nonce.length)) ?? [];
  if (sign === ' ' && Number(second) > 1) return { pid: Number(first), group: Number(second) };
  return sign === '!' && isStep(second) ? { errno: Number(first), step: second } : null;
}

/** Puts a text that is too long for an argument into a file that only its user reads, and that goes at the start. */
async function placeScript(link: SandboxLink, script: string, user: string): Promise<string> {
  const path = `/tmp/.thaw-${randomHex(8)}`;
  await fileOperations(link).writeFile(path, Buffer.from(script), { mode: 0o600 }, { user });
  return path;
}

/** Resolves when the command runs. Throws as `AgentConnection.spawn` says, and `unsupported` for terminals and limits. */
export async function spawnCommand(link: SandboxLink, options: SpawnOptions): Promise<GuestProcess> {
  link.requireOpen();
  const { cwd = '', env = {}, user = 'root', stdin = false } = options;
  const { argv, script } = splitScript(options.argv);
  checkOptions({ ...options, argv });
  const scriptFile = script === null ? '' : await placeScript(link, script, user);
  const nonce = randomHex(16);
  const kept = Object.entries(given).flatMap(([name, letter]) => (name in env ? [letter] : []));
  const parameters = [nameOf(user), cwd, kept.join(''), scriptFile];
  const spec = {
    argv: commandArgv(nonce, parameters, argv),
    user,
    env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    stdin,
  };
  const placed = deferred<Placed | GuestFailure | null>();
  let execId = '';
  const onLine = (line: string): void => placed.resolve(parseFirstLine(line, nonce));
  const command = new Command(link, nonce, onLine, () => inspectEnd(link, execId));
  const late = (): ThawError =>
    unreachable(`The Docker Engine did not start the command within ${START_TIMEOUT_MS / 1000} s.`);
  const start = async (): Promise<Placed | GuestFailure | null> => {
    const handle = await link.docker.exec(link.containerId, spec, command);
    execId = handle.id;
    command.use(handle);
    return await Promise.race([placed.promise, link.closed.then((reason) => Promise.reject(reason))]);
  };
  let cause: unknown = null;
  const answer = await withDeadline(link.starts.run(start), START_TIMEOUT_MS, late).catch(
    (error: unknown) => {
      if (!(error instanceof ThawError) || error.code !== 'engine_error') throw error;
      cause = error;
      return null;
    },
  );
  if (answer !== null && 'pid' in answer) return command.toProcess(answer);
  command.fail(unreachable('The command did not start.'));
  const failure = answer ?? (await diagnose(link, user, cause));
  if (failure instanceof ThawError) throw failure;
  throw spawnError(failure, { program: argv[0] ?? '', cwd: cwd === '' ? 'of the user' : cwd, user });
}
