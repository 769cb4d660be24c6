/** Runs one of the file scripts as a user, and reads the record that it leaves on standard error. */
import { posix } from 'node:path';
import { ThawError } from '../../errors.ts';
import { fileError, type Step, stepNames } from '../agent/errno.ts';
import type { FileScope } from '../agent/port.ts';
import { collect } from './collect.ts';
import { signalArgv } from './command-script.ts';
import { diagnose, nameOf } from './diagnose.ts';
import type { SandboxLink } from './sandbox-link.ts';

const TIMEOUT_MS = 32_000;
const MAX_PATH_BYTES = 4095;
const MAX_NAME_BYTES = 255;
const EIO = 5;
const ENAMETOOLONG = 36;
const SIGTERM = 15;

export interface ScriptRequest {
  readonly script: string;
  readonly path: string;
  readonly parameters?: readonly string[];
  readonly input?: Buffer;
  readonly maxBytes?: number;
  readonly onOutput?: (chunk: Buffer) => void;
}

export interface ScriptAnswer {
  readonly resolvedPath: string;
  /** What the script adds to its record. */
  readonly fields: readonly string[];
  readonly output: Buffer;
}

/** Without `.`, `..` and double slashes; relative ones stay relative to the home directory, which the script knows. */
export function cleanPath(path: string, cwd: string | undefined): string {
  if (path.includes('\0')) throw new ThawError('invalid_argument', 'The path contains a NUL character.');
  const clean = posix.normalize(path.startsWith('/') ? path : posix.join(cwd ?? '.', path));
  const trimmed = clean.length > 1 ? clean.replace(/\/$/, '') : clean;
  const tooLong =
    Buffer.byteLength(trimmed) > MAX_PATH_BYTES ||
    trimmed.split('/').some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES);
  if (tooLong) throw fileError({ errno: ENAMETOOLONG, step: 'open' }, path, 'root');
  // POSIX lets two slashes at the beginning mean something else; Linux does not.
  return trimmed.replace(/^\/\//, '/');
}

const toStep = (name: string | undefined): Step => stepNames.find((step) => step === name) ?? 'request';

/** A script that is given up gets SIGTERM, on which it removes what it half made. */
function endScript(link: SandboxLink, stderr: Buffer): void {
  const [mark, pid] = stderr.toString('utf8').split('\0');
  const number = Number(pid);
  if (!link.isOpen || mark !== 'thaw' || !Number.isSafeInteger(number) || number < 2) return;
  const argv = signalArgv(SIGTERM, number, number);
  collect(link, { argv }, { timeoutMs: TIMEOUT_MS, maxBytes: 0 }).catch(() => undefined);
}

/** Throws the same codes as the guest agent's file operations. */
export async function runScript(
  link: SandboxLink,
  request: ScriptRequest,
  scope: FileScope = {},
): Promise<ScriptAnswer> {
  const user = scope.user ?? 'root';
  const { script, parameters = [], input, maxBytes = 0, onOutput } = request;
  const path = cleanPath(request.path, scope.cwd);
  if (scope.signal?.aborted === true)
    throw new ThawError('cancelled', `${request.path}: the caller cancelled.`);
  const argv = ['/bin/sh', '-c', script, 'sh', nameOf(user), path, ...parameters];
  const answer = await collect(
    link,
    { argv, user },
    {
      timeoutMs: TIMEOUT_MS,
      maxBytes,
      signal: scope.signal,
      onAbandon: (stderr) => endScript(link, stderr),
      ...(input === undefined ? {} : { input }),
      ...(onOutput === undefined ? {} : { onOutput }),
    },
  ).catch((error: unknown) => {
    if (error instanceof ThawError && error.code !== 'engine_error') throw error;
    return error;
  });
  if (!isCollected(answer)) throw await notStarted(link, request.path, user, answer);
  const [mark, , kind, errno, step, resolvedPath = path, ...rest] = answer.stderr
    .toString('utf8')
    .split('\0');
  if (mark !== 'thaw') throw await notStarted(link, request.path, user, null);
  if (kind === 'done') return { resolvedPath, fields: rest.slice(0, -1), output: answer.stdout };
  if (kind === 'failed') {
    throw fileError({ errno: Number(errno) || EIO, step: toStep(step) }, request.path, user);
  }
  throw new ThawError('engine_error', `${request.path}: the operation was ended in the sandbox.`, {
    context: { path: request.path },
  });
}

type Collected = Awaited<ReturnType<typeof collect>>;

const isCollected = (value: unknown): value is Collected =>
  typeof value === 'object' && value !== null && 'stdout' in value && 'stderr' in value;

async function notStarted(link: SandboxLink, path: string, user: string, cause: unknown): Promise<ThawError> {
  const failure = await diagnose(link, user, cause);
  return failure instanceof ThawError ? failure : fileError(failure, path, user);
}
