/** Directories of runs, each locked by its process, so that what a killed one left can be told from one under way. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isThawError } from '../../src/errors.ts';
import { withFileLock } from '../../src/setup/file-lock.ts';
import { MountNamespace, processesNaming } from './processes.ts';

const prefixOf = (tree: string): string => `${tree}-run-`;
const lockOf = (directory: string): string => join(directory, 'lock');

async function remove(directory: string): Promise<void> {
  // Daemons, their containerd and its shims all have paths of the directory among their arguments.
  for (const pid of await processesNaming(`${directory}/`)) await (await MountNamespace.of(pid))?.end();
  await rm(directory, { recursive: true, force: true });
}

/** Ends and removes what runs that were killed left behind. */
export async function removeLeftRuns(tree: string): Promise<void> {
  const prefix = basename(prefixOf(tree));
  const names = (await readdir(dirname(tree))).filter((name) => name.startsWith(prefix));
  for (const directory of names.map((name) => join(dirname(tree), name))) {
    // A run that only begins has no lock yet.
    if (!(await stat(lockOf(directory)).catch(() => null))) continue;
    try {
      await withFileLock(lockOf(directory), 0, () => remove(directory));
    } catch (error) {
      if (!isThawError(error, 'timeout')) throw error;
    }
  }
}

/** Runs `work` with an empty directory, beside the tree: one for temporary files may be held in memory. */
export async function withRunDirectory<Result>(
  tree: string,
  work: (directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(prefixOf(tree));
  return await withFileLock(lockOf(directory), 0, () => work(directory));
}
