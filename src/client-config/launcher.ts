/** The command that starts this copy of Thaw again from a program that has no shell and no PATH of its user. */
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import packageFile from '../../package.json' with { type: 'json' };
import type { Environment } from '../config.ts';
import { ClientConfigError } from './config-file.ts';
import type { StdioServer } from './server-entry.ts';

export interface Launcher {
  /** The program and first arguments that started this copy, the file to run last. */
  readonly self: readonly string[];
  readonly environment: Environment;
}

/** npx keeps what it ran in a directory of its cache that it may replace. */
const inNpxCache = (file: string): boolean => /[\\/]_npx[\\/]/.test(file);

/** Homebrew keeps each version of Node in a directory of its own, and a link beside them to the one in use. */
function lastingNode(node: string): string {
  const found = /^(.*)\/Cellar\/(node(?:@\d+)?)\/[^/]+\/bin\/node$/.exec(node);
  const link = found === null ? node : `${found[1]}/opt/${found[2]}/bin/node`;
  return existsSync(link) ? link : node;
}

/** Through npx again: the same version, by the absolute path of this Node, which npx has to find for what it starts. */
function byNpx(node: string, { environment }: Launcher): Omit<StdioServer, 'kind'> {
  const npm = environment['npm_execpath'];
  const npx = npm === undefined ? null : join(dirname(npm), 'npx-cli.js');
  if (npx === null || !existsSync(npx)) {
    throw new ClientConfigError(
      `This copy is in the cache of npx, which may remove it. Run \`npm install --global ${packageFile.name}\`, then \`thaw install\`.`,
    );
  }
  const path = [...new Set([dirname(node), '/usr/local/bin', '/usr/bin', '/bin'])].join(delimiter);
  return {
    command: node,
    args: [npx, '--yes', `${packageFile.name}@${packageFile.version}`],
    env: process.platform === 'win32' ? {} : { PATH: path },
  };
}

/**
 * `thaw` with `args` as a server to spawn. `env` is what it must have beside its own. Throws ClientConfigError for a copy
 * that does not last.
 */
export function spawnedServer(
  launcher: Launcher,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): StdioServer {
  const [program = '', ...rest] = launcher.self;
  const node = lastingNode(program);
  // By its real name: the link in a bin directory goes with the next version of Node or of the package.
  const file = realpathSync(rest.at(-1) ?? '');
  const start = inNpxCache(file)
    ? byNpx(node, launcher)
    : { command: node, args: [...rest.slice(0, -1), file], env: {} };
  return {
    kind: 'stdio',
    command: start.command,
    args: [...start.args, ...args],
    env: { ...start.env, ...env },
  };
}
