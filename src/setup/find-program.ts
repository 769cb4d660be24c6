/** Looks up programs the way a shell does, system directories included. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Host, setting } from './host.ts';

/** A user's PATH often lacks the directories that hold daemons. */
const systemDirectories = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

const searchPath = (host: Host): readonly string[] => [
  ...(setting(host, 'PATH') ?? '').split(delimiter).filter((directory) => directory !== ''),
  ...(host.platform === 'win32' ? [] : systemDirectories),
];

/** The environment for programs that set-up runs: the host's own, with the system directories in PATH. */
export const commandEnvironment = (host: Host): Record<string, string | undefined> => ({
  ...host.env,
  PATH: [...new Set(searchPath(host))].join(delimiter),
});

/** The full path of the first executable called `name`, or null. */
export async function findProgram(host: Host, name: string): Promise<string | null> {
  for (const directory of searchPath(host)) {
    const path = join(host.fileSystemRoot, directory, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not in this directory: the next one may have it.
    }
  }
  return null;
}
