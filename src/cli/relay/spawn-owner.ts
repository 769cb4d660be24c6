/** Starts an owner in a session of its own, with its output in the log file. */
import { closeSync } from 'node:fs';
import type { Environment } from '../../config.ts';
import { lastWords, openOwnerLog } from './owner-log.ts';

export interface StartedOwner {
  /** Resolves when it ended (or never started), with its status, null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** What it said last, for the reason of a failed start. */
  lastWords(): string | null;
}

/** `command` is the program with its arguments. Throws the errno of what keeps the log from being opened. */
export async function spawnOwner(
  command: readonly string[],
  logFile: string,
  cwd: string,
  env?: Environment,
): Promise<StartedOwner> {
  // Loaded only here: most relays find an owner running.
  const { spawn } = await import('node:child_process');
  const [program = '', ...args] = command;
  const log = openOwnerLog(logFile);
  try {
    const child = spawn(program, args, {
      cwd,
      ...(env === undefined ? {} : { env: { ...env } }),
      detached: true,
      stdio: ['ignore', log.file, log.file],
      windowsHide: true,
    });
    child.unref();
    const ended = new Promise<number | null>((resolve) => {
      child.once('exit', (code) => resolve(code));
      child.once('error', () => resolve(127));
    });
    return { ended, lastWords: () => lastWords(logFile, log.start) };
  } finally {
    closeSync(log.file);
  }
}
