/** The bundle for Claude Desktop: held to the official tools, unpacked, and started as Claude Desktop would. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import packageFile from '../../package.json' with { type: 'json' };
import { mcpbBundle } from '../../src/packaging/mcpb.ts';
import { mcpbManifest } from '../../src/packaging/mcpb-manifest.ts';
import { isPlatform, platforms } from '../../src/packaging/native-packages.ts';
import { tools } from '../../tools/index.ts';
import { spawnStdioClient } from '../support/mcp-client.ts';
import { installMcpb, type McpbTools } from '../support/mcpb.ts';
import { bareEnvironment, chunksOf, filesBelow, output, repository, serverFacts } from '../support/packed.ts';

const directory = mkdtempSync(join(tmpdir(), 'thaw-mcpb-'));
const file = join(directory, 'thaw.mcpb');
const unpacked = join(directory, 'extension');
const env = bareEnvironment(directory);
/** That of this machine, so that the bundle starts here. */
const carried = [`${process.platform}-${process.arch}-gnu`].filter(isPlatform);
let mcpb: McpbTools;

beforeAll(async () => {
  const [installed, bytes] = await Promise.all([installMcpb(), mcpbBundle(repository, carried)]);
  mcpb = installed;
  writeFileSync(file, bytes);
  await mcpb.cli('unpack', file, unpacked);
}, 120_000);
afterAll(async () => {
  await output(process.execPath, [join(unpacked, 'server', 'dist', 'thaw.mjs'), 'stop'], {
    cwd: directory,
    env,
  });
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

const readManifest = (): unknown => JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8'));

it('has a manifest that the official tool takes, of this version and with all tools', async () => {
  expect(await mcpb.cli('validate', join(unpacked, 'manifest.json'))).toContain('passes');
  const manifest = z
    .object({ version: z.string(), tools: z.array(z.object({ name: z.string() })) })
    .parse(readManifest());
  expect(manifest.version).toBe(packageFile.version);
  expect(manifest.tools.map(({ name }) => name)).toEqual(tools.map(({ name }) => name));
});

it('holds these files and no others', () => {
  const files = filesBelow(unpacked);
  const store = files.filter((name) => name.startsWith('server/node_modules/'));
  const packages = new Set(
    store.map((name) => /^server\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1]),
  );
  expect([...packages]).toEqual([
    ...carried.map((name) => `@libsql/${name}`),
    '@neon-rs/load',
    'detect-libc',
    'libsql',
  ]);
  const dist = files.filter((name) => name.startsWith('server/dist/')).map((name) => name.slice(12));
  const agents = ['arm64', 'x64']
    .map((arch) => `guest/thaw-agent-${arch}`)
    .filter((name) => dist.includes(name));
  expect(agents).toContain(`guest/thaw-agent-${process.arch}`);
  expect(dist).toEqual(
    [
      'THIRD_PARTY_LICENSES.txt',
      'cli.mjs',
      'mcp-remote.mjs',
      'thaw.mjs',
      ...agents,
      ...chunksOf(join(repository, 'dist')),
    ].sort(),
  );
  expect(files.filter((name) => !store.includes(name) && !name.startsWith('server/dist/'))).toEqual([
    'LICENSE',
    'manifest.json',
  ]);
});

it('says for which systems it carries the native part', () => {
  const every = Object.keys(platforms).filter(isPlatform);
  expect(mcpbManifest(every)).toMatchObject({ compatibility: { platforms: ['darwin', 'linux', 'win32'] } });
  expect(mcpbManifest(carried)).toMatchObject({ compatibility: { platforms: [process.platform] } });
});

it('starts as its user set it, and serves a client', async () => {
  const folder = join(directory, 'shared');
  mkdirSync(folder);
  const set = { toolsets: 'core', host_folder: folder, read_only: false };
  const config = await mcpb.mcpConfig(readManifest(), unpacked, set);
  expect(config.env).toMatchObject({
    THAW_TOOLSETS: 'core',
    THAW_HOST_PATHS: folder,
    THAW_READ_ONLY: 'false',
  });
  const { client } = await spawnStdioClient([config.command, ...config.args], { ...config.env, ...env });
  const facts = await serverFacts(client);
  await client.close();
  expect(facts.version).toBe(packageFile.version);
  expect(facts.tools).toContain('sandbox_exec');
  expect(facts.tools).not.toContain('sandbox_fork');
});

it('starts when nothing was set, also where placeholders are left as they are', async () => {
  const config = await mcpb.mcpConfig(readManifest(), unpacked, {});
  const placeholders = Object.fromEntries(
    Object.keys(config.env).map((name) => [name, '${user_config.any}']),
  );
  for (const given of [config.env, placeholders]) {
    const { client } = await spawnStdioClient([config.command, ...config.args], { ...given, ...env });
    const facts = await serverFacts(client);
    await client.close();
    expect(facts.tools).toContain('sandbox_fork');
  }
});

it('takes the key of a Daytona-compatible API as a secret', async () => {
  expect(mcpbManifest(carried)).toMatchObject({
    user_config: { api_key: { sensitive: true, required: false } },
  });
  const set = { api_key: 'dtn_key', api_url: 'http://127.0.0.1:9/api' };
  const config = await mcpb.mcpConfig(readManifest(), unpacked, set);
  const status = await output(process.execPath, [config.args[0] ?? '', 'status'], {
    cwd: directory,
    env: { ...config.env, ...env },
  });
  expect(status).toContain('http://127.0.0.1:9/api');
  expect(status).not.toContain('dtn_key');
});

it('is the same for the same files', async () => {
  expect((await mcpbBundle(repository, carried)).equals(readFileSync(file))).toBe(true);
});
