/** Root file systems as compressed tars with a checksum, kept so that another daemon gets them in seconds. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { ThawError } from '../../errors.ts';

const checksumOf = (path: string): string => `${path}.sha256`;

/** Docker makes these itself in every container. */
const excluded = ['./dev/*', './proc/*', './sys/*'];

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

/** Writes `root` to `path` through a temporary file, the checksum first: a broken write is never taken for a good one. */
export async function writeTarball(root: string, path: string, signal: AbortSignal): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.part`;
  const excludes = excluded.map((pattern) => `--exclude=${pattern}`);
  const tar = spawn('tar', ['--numeric-owner', '--sort=name', ...excludes, '-C', root, '-cf', '-', '.'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    signal,
  });
  try {
    // `once` rejects on the event `error`, which is how a missing program or the signal shows.
    const [[code]] = await Promise.all([
      once(tar, 'close'),
      pipeline(tar.stdout, createGzip({ level: 1 }), createWriteStream(temporary), { signal }),
    ]);
    if (code !== 0) throw new ThawError('setup_failed', `tar could not read ${root}.`);
    await writeFile(checksumOf(path), `${await hashFile(temporary)}\n`);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Whether `path` is a tarball that was written to its end and is unchanged since. */
export async function isIntact(path: string): Promise<boolean> {
  try {
    const expected = (await readFile(checksumOf(path), 'utf8')).trim();
    return (await hashFile(path)) === expected;
  } catch {
    return false;
  }
}
