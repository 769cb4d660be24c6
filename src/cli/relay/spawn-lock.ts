/**
 * Lets one of several relays start the owner while the others wait. Only saves work: that there is one owner is
 * the owner lock's doing, so a lock file broken up by mistake costs one start and no harm.
 */
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { systemClock } from '../../clock.ts';
import { isProcessAlive } from '../../control/process-alive.ts';

/** Longer than any start takes: a holder that is older hangs. */
const STALE_MS = 60_000;

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

function isStale(path: string): boolean {
  try {
    const ageMs = systemClock.now() - statSync(path).mtimeMs;
    const pid = Number(readFileSync(path, 'utf8'));
    // Its holder writes the pid right after making it: an empty file is young.
    const holderGone = pid > 0 ? !isProcessAlive(pid) : ageMs > 2_000;
    return holderGone || ageMs > STALE_MS;
  } catch {
    // None at all: removing it now could remove the one that another process makes in this moment.
    return false;
  }
}

/** What gives the lock back, or null while another process has it. Never waits. */
export function takeSpawnLock(path: string, pid: number): (() => void) | null {
  if (isStale(path)) rmSync(path, { force: true });
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return null;
    throw error;
  }
  try {
    writeSync(file, String(pid));
  } finally {
    closeSync(file);
  }
  return () => rmSync(path, { force: true });
}
