/** What stands in the files of clients starts: each entry is spawned as its client would, by a real client of MCP. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { clients } from '../../src/client-config/clients.ts';
import { spawnStdioClient } from '../support/mcp-client.ts';
import { bareEnvironment, output, repository, serverFacts } from '../support/packed.ts';

const directory = mkdtempSync(join(tmpdir(), 'thaw-client-files-'));
const program = join(repository, 'dist', 'thaw.mjs');
const env = bareEnvironment(directory);
const thaw = (...args: readonly string[]): Promise<string> =>
  output(process.execPath, [program, ...args], { cwd: directory, env });
afterAll(async () => {
  await thaw('stop');
  rmSync(directory, { recursive: true, force: true });
});

const Entry = z.object({
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()).default({}),
});

/** The tools that the entry's server offers to a client that has no PATH of a shell. */
async function toolsOf(
  entry: z.output<typeof Entry>,
  more: Readonly<Record<string, string>> = { PATH: '/nonexistent' },
): Promise<string[]> {
  const { client } = await spawnStdioClient([entry.command, ...entry.args], { ...more, ...entry.env });
  const { tools } = await serverFacts(client);
  await client.close();
  return tools;
}

it.each(clients.map(({ id, section }) => [id, section] as const))(
  'that of %s, written by thaw install',
  async (id, section) => {
    const file = join(directory, `${id}.json`);
    await thaw('install', id, '--config', file, '--toolsets', 'core');
    const written = z
      .record(z.string(), z.object({ thaw: Entry }))
      .parse(JSON.parse(readFileSync(file, 'utf8')));
    const entry = Entry.parse(written[section]?.thaw);
    expect(entry.env).toMatchObject({
      THAW_STATE_DIR: env['THAW_STATE_DIR'],
      THAW_DOCKER_HOST: env['THAW_DOCKER_HOST'],
    });
    const tools = await toolsOf(entry);
    expect(tools).toContain('sandbox_exec');
    expect(tools).not.toContain('sandbox_fork');
  },
);

it('mcp.json of this repository, from its root', async () => {
  const { mcpServers } = z
    .object({ mcpServers: z.object({ thaw: Entry }) })
    .parse(JSON.parse(readFileSync(join(repository, 'mcp.json'), 'utf8')));
  const { command, args } = mcpServers.thaw;
  const shell = {
    command: 'sh',
    args: ['-c', 'cd "$0" && exec "$@"', repository, command, ...args],
    env: {},
  };
  expect(await toolsOf(shell, env)).toContain('sandbox_fork');
});
