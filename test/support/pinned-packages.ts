/** Packages of the registry that only tests use, pinned, each set in a cache directory of its own. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

/**
 * Installs the packages (`name` to version or `npm:` alias) when they are not there, without their install scripts, and
 * answers the directory whose `node_modules` has them. Needs a package registry that answers.
 */
export async function installPinned(
  label: string,
  packages: Readonly<Record<string, string>>,
): Promise<string> {
  const versions = Object.values(packages).map((version) => version.replaceAll(/[^0-9A-Za-z.]+/g, '-'));
  const directory = join(cache, `${label}-${versions.join('-')}`);
  if (existsSync(join(directory, 'complete'))) return directory;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: directory,
    timeout: 300_000,
  });
  writeFileSync(join(directory, 'complete'), '');
  return directory;
}
