/** Reads which files of the source tree import which. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** What it imports: paths like `path` for own files, package or `node:` names for others. */
  readonly imports: readonly string[];
}

const specifiers =
  /(?:^|[\s;])(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');

/** The modules that a text imports, type-only and dynamic imports included. */
export function importsOf(path: string, text: string): readonly string[] {
  return [...withoutComments(text).matchAll(specifiers)].map((match) => {
    const specifier = match[1] ?? match[2] ?? '';
    if (!specifier.startsWith('.')) return specifier;
    return relative(root, join(root, dirname(path), specifier))
      .split(sep)
      .join('/');
  });
}

async function filesBelow(directory: string): Promise<readonly string[]> {
  if (!existsSync(join(root, directory))) return [];
  const entries = await readdir(join(root, directory), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/** Every file of `src`, `tools` and `schemas`. */
export async function readSources(): Promise<readonly SourceFile[]> {
  const paths = (await Promise.all(['src', 'tools', 'schemas'].map(filesBelow))).flat();
  return await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(join(root, path), 'utf8');
      return { path, text, lines: text.split('\n').length - 1, imports: importsOf(path, text) };
    }),
  );
}

export { withoutComments };
