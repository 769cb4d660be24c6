/** A lock between processes that the kernel releases when its holder dies, whatever way. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { type Clock, systemClock } from '../clock.ts';
import { ThawError } from '../errors.ts';

const retryMs = 50;

const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('SQLITE_BUSY');

/** The lock itself is SQLite's exclusive lock on an empty database: POSIX locks that no child process inherits. */
function tryLock(path: string): (() => void) | null {
  const database = new Database(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw new ThawError('setup_failed', `The lock file ${path} cannot be used.`, { cause: error });
  }
}

export interface LockOptions {
  readonly clock?: Clock;
  /** Ends the wait for the lock, not the work. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` while this process alone holds the lock file. Throws `timeout` when another one holds it for too long,
 * `setup_failed` when the file cannot be used, the signal's reason when the wait for it is given up.
 */
export async function withFileLock<Result>(
  path: string,
  waitMs: number,
  work: () => Promise<Result>,
  { clock = systemClock, signal }: LockOptions = {},
): Promise<Result> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const deadline = clock.monotonic() + waitMs;
  for (;;) {
    const release = tryLock(path);
    if (release !== null) {
      try {
        return await work();
      } finally {
        release();
      }
    }
    if (clock.monotonic() > deadline) {
      throw new ThawError('timeout', `Another process held ${path} for more than ${waitMs / 1000} s.`);
    }
    signal?.throwIfAborted();
    await sleep(retryMs);
  }
}
