/** The one table from what failed in the guest (a Linux errno and a step) to Thaw's errors. */
import { type ErrorCode, ThawError } from '../../errors.ts';

/** Where a request failed, as the agent numbers it. */
export const stepNames = [
  'none',
  'request',
  'limit',
  'fork',
  'pipe',
  'terminal',
  'user',
  'credentials',
  'rlimit',
  'cwd',
  'script',
  'exec',
  'connect',
  'open',
  'type',
  'read',
  'write',
  'rename',
  'mkdir',
  'remove',
  'short',
  'host',
] as const;
export type Step = (typeof stepNames)[number];

export interface GuestFailure {
  readonly errno: number;
  readonly step: Step;
}

/** Unknown numbers come from a broken agent; they are shown as they are. */
export const toFailure = (errno: number, step: number): GuestFailure => ({
  errno,
  step: stepNames[step] ?? 'request',
});

/** The guest is Linux whatever the engine runs on, so these are not the numbers of `node:os`. */
const errnos: Readonly<Record<number, readonly [name: string, text: string, code: ErrorCode]>> = {
  1: ['EPERM', 'operation not permitted', 'permission_denied'],
  2: ['ENOENT', 'no such file or directory', 'file_not_found'],
  5: ['EIO', 'input/output error', 'engine_error'],
  7: ['E2BIG', 'argument list too long', 'invalid_argument'],
  8: ['ENOEXEC', 'not an executable format', 'invalid_argument'],
  11: ['EAGAIN', 'no more processes may be started', 'process_limit'],
  12: ['ENOMEM', 'out of memory', 'process_limit'],
  13: ['EACCES', 'permission denied', 'permission_denied'],
  16: ['EBUSY', 'in use', 'busy'],
  17: ['EEXIST', 'already exists', 'file_exists'],
  18: ['EXDEV', 'on another file system', 'unsupported'],
  20: ['ENOTDIR', 'not a directory', 'not_a_directory'],
  21: ['EISDIR', 'is a directory', 'is_a_directory'],
  22: ['EINVAL', 'invalid', 'invalid_argument'],
  23: ['ENFILE', 'too many open files', 'process_limit'],
  24: ['EMFILE', 'too many open files', 'process_limit'],
  26: ['ETXTBSY', 'is being executed', 'busy'],
  27: ['EFBIG', 'file too large', 'file_too_large'],
  28: ['ENOSPC', 'no space left on device', 'disk_full'],
  30: ['EROFS', 'read-only file system', 'permission_denied'],
  36: ['ENAMETOOLONG', 'name too long', 'invalid_argument'],
  38: ['ENOSYS', 'not offered by the kernel', 'unsupported'],
  39: ['ENOTEMPTY', 'directory not empty', 'file_exists'],
  40: ['ELOOP', 'too many levels of links or directories', 'invalid_argument'],
  101: ['ENETUNREACH', 'network unreachable', 'state_conflict'],
  104: ['ECONNRESET', 'connection reset', 'state_conflict'],
  110: ['ETIMEDOUT', 'timed out', 'timeout'],
  111: ['ECONNREFUSED', 'connection refused', 'state_conflict'],
  113: ['EHOSTUNREACH', 'no route to the host', 'state_conflict'],
  122: ['EDQUOT', 'disk quota exceeded', 'disk_full'],
  125: ['ECANCELED', 'cancelled', 'cancelled'],
};

/** `EACCES (permission denied)`. */
export function describeErrno(errno: number): string {
  const known = errnos[errno];
  return known === undefined ? `errno ${errno}` : `${known[0]} (${known[1]})`;
}

/** The code for an errno of a file operation, a connect or a host operation. */
export const codeOf = (errno: number): ErrorCode => errnos[errno]?.[2] ?? 'engine_error';

/** Whether the guest could not make a process, or hold one more channel. */
const isProcessLimit = ({ errno, step }: GuestFailure): boolean =>
  step === 'limit' || step === 'fork' || codeOf(errno) === 'process_limit';

export const processLimit = (failure: GuestFailure): ThawError =>
  new ThawError(
    'process_limit',
    `The sandbox cannot start another process: ${describeErrno(failure.errno)}.`,
    { context: { errno: failure.errno, step: failure.step } },
  );

/** The error for a file operation on `path` as `user`. */
export function fileError(failure: GuestFailure, path: string, user: string): ThawError {
  const { errno, step } = failure;
  const context = { path, errno, step };
  if (step === 'user') {
    return new ThawError('invalid_argument', `The sandbox has no user ${user}.`, { context });
  }
  if (step === 'type') return new ThawError('not_a_file', `${path} is no regular file.`, { context });
  if (isProcessLimit(failure)) return processLimit(failure);
  // Told by the file system about this one file: neither the engine nor the agent is to blame.
  const code = step === 'read' && codeOf(errno) === 'engine_error' ? 'file_read_failed' : codeOf(errno);
  return new ThawError(code, `${path}: ${describeErrno(errno)}.`, { context });
}

/** The error for a command that did not start. */
export function spawnError(
  failure: GuestFailure,
  { program, cwd, user }: { readonly program: string; readonly cwd: string; readonly user: string },
): ThawError {
  if (isProcessLimit(failure)) return processLimit(failure);
  const { errno, step } = failure;
  const reason = describeErrno(errno);
  const messages: Partial<Record<Step, string>> = {
    user: `The sandbox has no user ${user}.`,
    credentials: `The command cannot run as ${user}: ${reason}.`,
    cwd: `The working directory ${cwd} cannot be entered: ${reason}.`,
    exec:
      errno === 2
        ? `The program ${program} was not found.`
        : errno === 7
          ? `The arguments and the environment of ${program} are too long: ${reason}; one may have 128 KiB at most.`
          : `The program ${program} cannot be executed: ${reason}.`,
  };
  return new ThawError(
    'command_not_started',
    messages[step] ?? `The command cannot start (${step}): ${reason}.`,
    {
      context: { errno, step },
    },
  );
}
