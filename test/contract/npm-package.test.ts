/** The npm package, packed as it is published and started by npx from its tarball, far from this repository. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { spawnStdioClient } from '../support/mcp-client.ts';
import {
  bareEnvironment,
  chunksOf,
  filesBelow,
  output,
  repository,
  serverFacts,
  stem,
} from '../support/packed.ts';

const directory = mkdtempSync(join(tmpdir(), 'thaw-npm-'));
const env = { ...bareEnvironment(directory), npm_config_cache: join(directory, 'cache') };
let npx: string[] = [];
let installed = '';

beforeAll(async () => {
  const packed = await output('npm', ['pack', '--json', '--pack-destination', directory], {
    cwd: repository,
  });
  const tarball = readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? packed;
  npx = ['--yes', `--package=${join(directory, tarball)}`, 'thaw'];
}, 60_000);
afterAll(async () => {
  await output(process.execPath, [join(installed, 'dist', 'thaw.mjs'), 'stop'], { cwd: directory, env });
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

it('starts by npx', async () => {
  expect(await output('npx', [...npx, '--version'], { cwd: directory, env })).toBe(
    `${packageFile.version}\n`,
  );
  const cache = join(directory, 'cache', '_npx');
  const modules = join(cache, readdirSync(cache)[0] ?? '', 'node_modules');
  installed = join(modules, packageFile.name);
  // Of all that it is made of, only what has native parts is installed beside it.
  expect(
    readdirSync(modules)
      .filter((name) => !name.startsWith('.'))
      .sort(),
  ).toEqual(['@libsql', '@neon-rs', '@thaw-sandbox', 'detect-libc', 'libsql']);
}, 60_000);

it('holds these files and no others', () => {
  const files = filesBelow(installed);
  expect(files.filter((name) => !name.startsWith('dist/chunks/'))).toEqual([
    'LICENSE',
    'README.md',
    'dist/THIRD_PARTY_LICENSES.txt',
    'dist/cli.mjs',
    // The agent for another architecture is there where a compiler for it was.
    ...['arm64', 'x64'].map((arch) => `dist/guest/thaw-agent-${arch}`).filter((name) => files.includes(name)),
    'dist/mcp-remote.mjs',
    'dist/thaw.mjs',
    'mcp.json',
    'package.json',
  ]);
  expect(files).toContain(`dist/guest/thaw-agent-${process.arch}`);
  const chunks = files.filter((name) => name.startsWith('dist/chunks/'));
  // What is loaded and nothing else: no chunks of earlier builds, no source maps.
  expect(chunks).toEqual(chunksOf(join(installed, 'dist')).map((name) => `dist/${name}`));
  const named = new Set(chunks.map((name) => stem(name.slice('dist/chunks/'.length))));
  expect([...named].filter((name) => name !== 'chunk').toSorted()).toEqual([
    'completion',
    'dist',
    'doctor',
    'esm-debug',
    'event-sockets',
    'gateway',
    'install',
    'key',
    'metrics',
    'modern-connection',
    'modern-handler',
    'oauth',
    'open-engine',
    'prune',
    'serve',
    'service',
    'status',
    'stop',
    'version',
    'wrapper',
  ]);
});

it('says nothing of the machine that it was made on', () => {
  const told = filesBelow(installed).filter((name) =>
    readFileSync(join(installed, name)).includes(repository),
  );
  expect(told).toEqual([]);
});

it('serves a client', async () => {
  const { client } = await spawnStdioClient(['npx', ...npx, 'mcp'], env);
  const { version, tools } = await serverFacts(client);
  await client.close();
  expect(version).toBe(packageFile.version);
  expect(tools).toEqual(expect.arrayContaining(['sandbox_create', 'sandbox_exec', 'sandbox_fork']));
}, 60_000);

it('loads each part of it, the SSH gateway without its native part included', async () => {
  const chunks = filesBelow(join(installed, 'dist', 'chunks'));
  const load = chunks.map(
    (name) => `await import(${JSON.stringify(join(installed, 'dist', 'chunks', name))});`,
  );
  expect(
    await output(process.execPath, ['--input-type=module', '-e', load.join('')], { cwd: directory, env }),
  ).toBe('');
});

it('has all that it needs declared, and its name for the registry of MCP', () => {
  expect(Object.keys(packageFile.dependencies)).toEqual(['libsql']);
  expect(packageFile.mcpName).toMatch(/^io\.github\.[a-z0-9-]+\/[a-z0-9-]+$/);
});
