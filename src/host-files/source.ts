/** Files of this machine to be read: opened without following links, and checked again once they are open. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostFile, HostSource } from '../../tools/host-access.ts';
import { ThawError } from '../errors.ts';
import { type Allowlist, refused } from './allowlist.ts';

/** More than this belongs into an archive. */
const MAX_FILES = 2_000;
const MAX_DEPTH = 32;
const CHUNK_BYTES = 256 * 1024;
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A link in its place since it was resolved would make the open file another one than the path says. */
async function openChecked(real: string, shown: string, allowed: Allowlist): Promise<FileHandle> {
  const handle = await open(real, FLAGS).catch((error: unknown) => {
    throw new ThawError('permission_denied', `${shown} cannot be read.`, { cause: error });
  });
  try {
    const [facts, place, there] = await Promise.all([
      handle.stat({ bigint: true }),
      realpath(real),
      lstat(real, { bigint: true }),
    ]);
    if (place !== real || facts.ino !== there.ino || facts.dev !== there.dev) throw refused(shown);
    await allowed.check(place, shown);
    if (facts.isFile()) return handle;
    throw new ThawError('not_a_file', `${shown} is no regular file.`);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function* chunksOf(real: string, shown: string, allowed: Allowlist): AsyncGenerator<Buffer> {
  const handle = await openChecked(real, shown, allowed);
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

class Tree {
  readonly files: HostFile[] = [];
  skipped = 0;
  readonly #allowed: Allowlist;

  constructor(allowed: Allowlist) {
    this.#allowed = allowed;
  }

  async add(real: string, path: string, shown: string): Promise<void> {
    const facts = await lstat(real);
    if (!facts.isFile()) {
      this.skipped += 1;
      return;
    }
    if (this.files.length === MAX_FILES) {
      throw new ThawError('capacity', `${shown} has more than ${MAX_FILES} files.`, {
        next: 'Move an archive of it (tar) in one file, and unpack it with sandbox_exec.',
      });
    }
    const read = (): AsyncIterable<Buffer> => chunksOf(real, shown, this.#allowed);
    this.files.push({ path, sizeBytes: facts.size, mode: facts.mode & 0o777, read });
  }

  async walk(real: string, path: string, shown: string, depth = 1): Promise<void> {
    const entries = await readdir(real, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      const place = join(real, entry.name);
      if (!entry.isDirectory()) await this.add(place, below, shown);
      else if (depth < MAX_DEPTH) await this.walk(place, below, shown, depth + 1);
      else this.skipped += 1;
    }
  }
}

/** A file, or a directory with all files below it. */
export async function readSource(allowed: Allowlist, path: string): Promise<HostSource> {
  const real = await allowed.existing(path);
  const isDirectory = (await lstat(real)).isDirectory();
  const tree = new Tree(allowed);
  if (isDirectory) await tree.walk(real, '', path);
  else await tree.add(real, '', path);
  if (!isDirectory && tree.files.length === 0)
    throw new ThawError('not_a_file', `${path} is no regular file.`);
  return { isDirectory, files: tree.files, skipped: tree.skipped };
}
