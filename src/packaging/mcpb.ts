/** Puts the bundle for Claude Desktop together out of dist/ and the native part of each platform. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { below, fileAt, filesOf, type PackedFile } from './files.ts';
import { mcpbManifest } from './mcpb-manifest.ts';
import { nativeFiles, type Platform } from './native-packages.ts';
import { zip } from './zip.ts';

/** What the store is made of beside its native part. */
const storePackages = ['libsql', '@neon-rs/load', 'detect-libc'];
/** Nothing loads these. */
const unused = /\.(?:md|map|d\.[cm]?ts)$/;
const agents = ['x64', 'arm64'].map((arch) => `guest/thaw-agent-${arch}`);

/** The names of the chunks of this build: what the build wrote for npm, too. */
async function chunkNames(dist: string): Promise<readonly string[]> {
  const lines = (await readFile(join(dist, 'chunks', '.npmignore'), 'utf8')).split('\n');
  return lines.filter((line) => line.startsWith('!')).map((line) => `chunks/${line.slice(1)}`);
}

async function programFiles(root: string): Promise<readonly PackedFile[]> {
  const dist = join(root, 'dist');
  const names = [
    'thaw.mjs',
    'cli.mjs',
    'mcp-remote.mjs',
    'THIRD_PARTY_LICENSES.txt',
    ...(await chunkNames(dist)),
  ];
  const present = agents.filter((name) => existsSync(join(dist, name)));
  return await Promise.all([...names, ...present].map((name) => fileAt(join(dist, name), name)));
}

async function storeFiles(root: string, carried: readonly Platform[]): Promise<readonly PackedFile[]> {
  const shared = storePackages.map(async (name) =>
    below(name, await filesOf(join(root, 'node_modules', name))),
  );
  const native = carried.map(async (name) => below(`@libsql/${name}`, await nativeFiles(root, name)));
  const files = (await Promise.all([...shared, ...native])).flat();
  return files.filter(({ name }) => !unused.test(name));
}

/** The bytes of the bundle; `root` is a tree that is built. */
export async function mcpbBundle(root: string, carried: readonly Platform[]): Promise<Buffer> {
  const manifest = Buffer.from(`${JSON.stringify(mcpbManifest(carried), null, 2)}\n`);
  const files = [
    { name: 'manifest.json', data: manifest, mode: 0o644 },
    await fileAt(join(root, 'LICENSE'), 'LICENSE'),
    ...below('server/dist', await programFiles(root)),
    ...below('server/node_modules', await storeFiles(root, carried)),
  ];
  return zip(files);
}
