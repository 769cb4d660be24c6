/** The native part of the store for each platform that a bundle is for: from node_modules, else by npm, checked by its hash. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { filesOf, type PackedFile } from './files.ts';

const run = promisify(execFile);

/** As the packages are called below `@libsql`, with the system that they are for. */
export const platforms = {
  'darwin-arm64': 'darwin',
  'darwin-x64': 'darwin',
  'linux-arm64-gnu': 'linux',
  'linux-x64-gnu': 'linux',
  'win32-x64-msvc': 'win32',
} as const;
export type Platform = keyof typeof platforms;

export const isPlatform = (name: string): name is Platform => name in platforms;

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), integrity: z.string().optional() }),
  ),
});

interface Pin {
  readonly version: string;
  /** `sha512-` and the hash of the tarball in base 64. */
  readonly integrity: string;
}

async function pinOf(root: string, name: string): Promise<Pin> {
  const { packages } = Lock.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
  const found = packages[`node_modules/${name}`];
  if (found?.version === undefined || found.integrity === undefined) {
    throw new Error(`package-lock.json does not pin ${name}.`);
  }
  return { version: found.version, integrity: found.integrity };
}

/** The tarball of the package in the cache of this tree. Throws when it is not the one that the lock file names. */
async function fetchTarball(root: string, name: string, { version, integrity }: Pin): Promise<Buffer> {
  const cache = join(root, 'node_modules', '.cache', 'native-packages');
  const file = join(cache, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  if (!existsSync(file)) {
    await mkdir(cache, { recursive: true });
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    await run(npm, ['pack', `${name}@${version}`, '--pack-destination', cache], {
      timeout: 300_000,
      shell: process.platform === 'win32',
    });
  }
  const bytes = await readFile(file);
  const actual = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (actual !== integrity)
    throw new Error(`${file} is not what package-lock.json names; remove it and try again.`);
  return bytes;
}

/** The files of a package's tarball, without the directory that all of them are in. */
async function unpack(tarball: Buffer): Promise<PackedFile[]> {
  const entries = extract();
  entries.end(gunzipSync(tarball));
  const files: PackedFile[] = [];
  for await (const entry of entries) {
    const pieces: Buffer[] = [];
    for await (const piece of entry) if (piece instanceof Uint8Array) pieces.push(Buffer.from(piece));
    const name = entry.header.name.replace(/^[^/]*\//, '');
    if (entry.header.type === 'file') files.push({ name, data: Buffer.concat(pieces), mode: 0o644 });
  }
  return files;
}

/** The files of the native part for one platform. */
export async function nativeFiles(root: string, platform: Platform): Promise<readonly PackedFile[]> {
  const name = `@libsql/${platform}`;
  const installed = join(root, 'node_modules', name);
  if (existsSync(installed)) return await filesOf(installed);
  return await unpack(await fetchTarball(root, name, await pinOf(root, name)));
}
