/** What clients are given: paths on each system, shapes of entries, commands that start this copy. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import packageFile from '../../../package.json' with { type: 'json' };
import { clients } from '../../../src/client-config/clients.ts';
import { spawnedServer } from '../../../src/client-config/launcher.ts';
import type { Machine } from '../../../src/client-config/places.ts';
import type { ServerEntry } from '../../../src/client-config/server-entry.ts';
import { claudeCodeCommand, snippets } from '../../../src/client-config/snippets.ts';

const directory = mkdtempSync(join(tmpdir(), 'thaw-clients-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const filesOn = (machine: Omit<Machine, 'list'>, list: Machine['list'] = () => []): Record<string, string> =>
  Object.fromEntries(clients.map((client) => [client.id, client.userFile({ ...machine, list })]));

it('knows the files on Linux', () => {
  expect(
    filesOn({ platform: 'linux', environment: { HOME: '/h', XDG_CONFIG_HOME: 'not absolute' } }),
  ).toEqual({
    claude: '/h/.config/Claude/claude_desktop_config.json',
    'claude-code': '/h/.claude.json',
    vscode: '/h/.config/Code/User/mcp.json',
    cursor: '/h/.cursor/mcp.json',
  });
  const moved = { HOME: '/h', XDG_CONFIG_HOME: '/x', CLAUDE_CONFIG_DIR: '/c' };
  expect(filesOn({ platform: 'linux', environment: moved })).toMatchObject({
    'claude-code': '/c/.claude.json',
    vscode: '/x/Code/User/mcp.json',
  });
});

it('knows the files on macOS', () => {
  expect(filesOn({ platform: 'darwin', environment: { HOME: '/h' } })).toEqual({
    claude: '/h/Library/Application Support/Claude/claude_desktop_config.json',
    'claude-code': '/h/.claude.json',
    vscode: '/h/Library/Application Support/Code/User/mcp.json',
    cursor: '/h/.cursor/mcp.json',
  });
});

it('knows the files on Windows, those of the packaged Claude Desktop included', () => {
  const environment = { USERPROFILE: 'C:\\u', APPDATA: 'C:\\u\\r', LOCALAPPDATA: 'C:\\u\\l' };
  expect(filesOn({ platform: 'win32', environment })).toEqual({
    claude: 'C:\\u\\r\\Claude\\claude_desktop_config.json',
    'claude-code': 'C:\\u\\.claude.json',
    vscode: 'C:\\u\\r\\Code\\User\\mcp.json',
    cursor: 'C:\\u\\.cursor\\mcp.json',
  });
  const packaged = filesOn({ platform: 'win32', environment }, (path) =>
    path === 'C:\\u\\l\\Packages' ? ['Other', 'Claude_abc'] : [],
  );
  expect(packaged['claude']).toBe(
    'C:\\u\\l\\Packages\\Claude_abc\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json',
  );
});

const command = '/opt/my node/bin/node';
const args = ['/srv/thaw/dist/thaw.mjs', 'mcp'];
const textsFor = (server: ServerEntry): Record<string, unknown> =>
  Object.fromEntries(snippets(server).map(({ client, text }) => [client.id, JSON.parse(text)]));

it('spells servers to spawn as each client does', () => {
  const stdio = { type: 'stdio', command, args };
  expect(textsFor({ kind: 'stdio', command, args, env: {} })).toEqual({
    claude: { mcpServers: { thaw: { command, args } } },
    'claude-code': { mcpServers: { thaw: stdio } },
    vscode: { servers: { thaw: stdio } },
    cursor: { mcpServers: { thaw: { command, args } } },
  });
  const env = { THAW_STATE_DIR: '/s' };
  expect(textsFor({ kind: 'stdio', command, args, env })['cursor']).toEqual({
    mcpServers: { thaw: { command, args, env } },
  });
});

it('spells servers over HTTP as each client does, without the key', () => {
  const url = 'http://127.0.0.1:4440/mcp';
  const bearer = (key: string) => ({ headers: { Authorization: `Bearer ${key}` } });
  const texts = textsFor({ kind: 'http', url });
  expect(texts).toMatchObject({
    'claude-code': { mcpServers: { thaw: { type: 'http', url, ...bearer('${THAW_API_KEY}') } } },
    vscode: {
      inputs: [{ type: 'promptString', id: 'thaw-api-key', password: true }],
      servers: { thaw: { type: 'http', url, ...bearer('${input:thaw-api-key}') } },
    },
    cursor: { mcpServers: { thaw: { url, ...bearer('${env:THAW_API_KEY}') } } },
  });
  expect(Object.keys(texts)).not.toContain('claude');
});

it('quotes the command of Claude Code for a shell', () => {
  const env = { THAW_STATE_DIR: "/it's here" };
  expect(claudeCodeCommand({ kind: 'stdio', command, args, env })).toBe(
    "claude mcp add thaw --env 'THAW_STATE_DIR=/it'\\''s here' -- '/opt/my node/bin/node' /srv/thaw/dist/thaw.mjs mcp",
  );
});

it('starts this copy by its real name', () => {
  const file = join(directory, 'thaw.mjs');
  writeFileSync(file, '');
  symlinkSync(file, join(directory, 'thaw'));
  const self = [command, '--no-warnings', join(directory, 'thaw')];
  expect(spawnedServer({ self, environment: {} }, ['mcp'], { A: 'b' })).toEqual({
    kind: 'stdio',
    command,
    args: ['--no-warnings', file, 'mcp'],
    env: { A: 'b' },
  });
});

it('names the Node of Homebrew by what stays when it is upgraded', () => {
  const file = join(directory, 'program.mjs');
  const link = join(directory, 'opt', 'node@22', 'bin', 'node');
  mkdirSync(join(link, '..'), { recursive: true });
  for (const path of [file, link]) writeFileSync(path, '');
  const commandOf = (formula: string): string => {
    const node = join(directory, 'Cellar', formula, '22.1.0', 'bin', 'node');
    return spawnedServer({ self: [node, file], environment: {} }, ['mcp'], {}).command;
  };
  expect(commandOf('node@22')).toBe(link);
  expect(commandOf('node')).toBe(join(directory, 'Cellar', 'node', '22.1.0', 'bin', 'node'));
});

it('starts a copy in the cache of npx by npx, and refuses to where there is none', () => {
  const [cached, npm] = [join(directory, '_npx', 'abc', 'thaw.mjs'), join(directory, 'npm')];
  for (const path of [join(cached, '..'), npm]) mkdirSync(path, { recursive: true });
  for (const path of [cached, join(npm, 'npx-cli.js')]) writeFileSync(path, '');
  const self = [command, cached];
  const environment = { npm_execpath: join(npm, 'npm-cli.js') };
  expect(spawnedServer({ self, environment }, ['mcp'], {})).toEqual({
    kind: 'stdio',
    command,
    args: [join(npm, 'npx-cli.js'), '--yes', `${packageFile.name}@${packageFile.version}`, 'mcp'],
    env: { PATH: '/opt/my node/bin:/usr/local/bin:/usr/bin:/bin' },
  });
  expect(() => spawnedServer({ self, environment: {} }, ['mcp'], {})).toThrow('npm install --global');
});
