/** Files that go into a bundle, by the name that they get there. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ZipEntry } from './zip.ts';

export type PackedFile = ZipEntry;

const PLAIN = 0o644;

export async function fileAt(path: string, name: string, mode: number = PLAIN): Promise<PackedFile> {
  return { name, data: await readFile(path), mode };
}

/** Every file below a directory, sorted by name. */
export async function filesOf(directory: string): Promise<readonly PackedFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return await Promise.all(
    paths.sort().map((path) => fileAt(path, relative(directory, path).replaceAll('\\', '/'))),
  );
}

export const below = (directory: string, files: readonly PackedFile[]): readonly PackedFile[] =>
  files.map((file) => ({ ...file, name: `${directory}/${file.name}` }));
