/** Runs the programs that set-up needs, with a deadline and bounded output. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ThawError } from '../errors.ts';
import type { Environment } from './host.ts';

const keptLines = 40;

export interface CommandOptions {
  readonly timeoutMs: number;
  readonly env?: Environment;
  /** Called with each line of standard output and standard error. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** Null when a signal ended it, the one that enforces the deadline included. */
  readonly code: number | null;
  /** The last lines of both streams. */
  readonly tail: readonly string[];
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It ended by itself in this moment.
  }
}

/** Runs a program to its end, whatever its status. Throws `setup_failed` when it cannot be started. */
export async function tryCommand(
  argv: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<CommandResult> {
  const [program, ...args] = argv;
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  // A group of its own, so that the deadline ends what the program started, too.
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
  });
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      tail.push(line.slice(0, 2_000));
      if (tail.length > keptLines) tail.shift();
      options.onLine?.(line);
    });
  }
  const kill = (): void => killGroup(child.pid);
  signal.addEventListener('abort', kill, { once: true });
  process.once('exit', kill);
  try {
    return await new Promise<CommandResult>((resolve, reject) => {
      child.once('error', (cause) =>
        reject(new ThawError('setup_failed', `${program} could not be started.`, { cause })),
      );
      child.once('close', (code) => resolve({ code, tail }));
    });
  } finally {
    signal.removeEventListener('abort', kill);
    process.off('exit', kill);
  }
}

/** Runs a program that must succeed. Throws `setup_failed` with the last lines of its output, `cancelled`. */
export async function runCommand(
  argv: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<readonly string[]> {
  const { code, tail } = await tryCommand(argv, options);
  if (code === 0) return tail;
  if (options.signal?.aborted === true) throw new ThawError('cancelled', 'Set-up was interrupted.');
  const how = code === null ? `was ended after ${options.timeoutMs / 1000} s` : `ended with status ${code}`;
  throw new ThawError('setup_failed', [`\`${argv.join(' ')}\` ${how}.`, ...tail.slice(-15)].join('\n'));
}
