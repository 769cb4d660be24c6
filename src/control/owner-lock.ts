/**
 * The lock that makes one owner per state directory. It is a lock of the kernel (an exclusive SQLite transaction),
 * so it is free the moment its holder dies, however it dies.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import Database from 'libsql';
import { z } from 'zod';
import type { Paths } from '../config.ts';

const OwnerFacts = z.object({
  pid: z.number().int(),
  version: z.string(),
  startedAt: z.string(),
  /** The flags that it was started with. */
  args: z.array(z.string()),
});
/**
 * What is written beside the lock for people and for `thaw stop`. It stays when the owner dies, and when it leaves
 * sandboxes running: facts without a lock mean that something may still run.
 */
export type OwnerFacts = z.infer<typeof OwnerFacts>;

export interface OwnerLock {
  release(): void;
}

export const removeOwnerFacts = (paths: Paths): void => rmSync(paths.ownerFile, { force: true });

const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('SQLITE_BUSY');

/** Null when another process holds it. Never waits. */
export function takeOwnerLock(paths: Paths): OwnerLock | null {
  const database = new Database(paths.lockFile, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
  return {
    release: () => {
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

export function writeOwnerFacts(paths: Paths, facts: OwnerFacts): void {
  const temporary = `${paths.ownerFile}.${facts.pid}`;
  writeFileSync(temporary, `${JSON.stringify(facts)}\n`, { mode: 0o600 });
  renameSync(temporary, paths.ownerFile);
}

/** Null when there is no such file or it is half a file of another time. */
export function readOwnerFacts(paths: Paths): OwnerFacts | null {
  try {
    const parsed = OwnerFacts.safeParse(JSON.parse(readFileSync(paths.ownerFile, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
