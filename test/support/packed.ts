/** What packages hold and how they start, for the tests of the npm package and of the bundle for Claude Desktop. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

export const repository = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** The standard output of a program; its failure shows what it said. */
export async function output(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<string> {
  const { stdout } = await run(program, [...args], { ...options, timeout: 60_000, maxBuffer: 1 << 26 });
  return stdout;
}

/** Every file below the directory, sorted, with slashes. */
export const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(directory.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();

/** The chunks that the entry points load, read out of the files themselves; sorted. */
export function chunksOf(dist: string): string[] {
  const found = new Set(['cli.mjs', 'mcp-remote.mjs']);
  for (const name of found) {
    const text = readFileSync(join(dist, name), 'utf8');
    for (const [, path] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.\.?\/[\w./-]+\.mjs)"/g)) {
      if (path !== undefined) found.add(posix.join(posix.dirname(name), path));
    }
  }
  return [...found].filter((name) => name.startsWith('chunks/')).sort();
}

/** A chunk's name without the hash that follows its content. */
export const stem = (chunk: string): string => chunk.replace(/-[A-Z0-9]{8}\.mjs$/, '');

/** Variables of a process that knows nothing of this repository, with all that Thaw writes below `home`. */
export const bareEnvironment = (home: string): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  THAW_STATE_DIR: join(home, 'state'),
  // No engine: what is asked for here needs none.
  THAW_DOCKER_HOST: `unix://${join(home, 'no-docker.sock')}`,
  THAW_HTTP_PORT: '0',
  THAW_SSH_PORT: '0',
  THAW_PREVIEW_PORT: '0',
});

/** What a client sees of a server of this version. */
export async function serverFacts(client: Client): Promise<{ version: string | undefined; tools: string[] }> {
  const { tools } = await client.listTools();
  return { version: client.getServerVersion()?.version, tools: tools.map(({ name }) => name) };
}
