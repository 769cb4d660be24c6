/**
 * What of dist/ goes into packages: the chunks that the released entry points load, and the licences of what is bundled.
 * Chunks of earlier builds, of the quickstart, and source maps stay behind.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { root } from './steps.mjs';

/** @typedef {import('esbuild').Metafile} Metafile */

const released = ['dist/cli.mjs', 'dist/mcp-remote.mjs'];

/**
 * The chunks that the released entry points load, sorted, by the name that they have in dist/chunks.
 * @param {Metafile} metafile
 * @returns {readonly string[]}
 */
export function shippedChunks({ outputs }) {
  const found = new Set(released);
  for (const path of found) {
    for (const { path: imported, external } of outputs[path]?.imports ?? []) {
      if (external !== true) found.add(imported);
    }
  }
  return [...found]
    .filter((path) => path.startsWith('dist/chunks/'))
    .map((path) => basename(path))
    .sort();
}

/**
 * npm leaves out of dist/chunks what this file names: everything but the chunks of this build.
 * @param {Metafile} metafile
 */
export const writeIgnoreFile = (metafile) =>
  writeFile(
    join(root, 'dist', 'chunks', '.npmignore'),
    ['*', ...shippedChunks(metafile).map((name) => `!${name}`), ''].join('\n'),
  );

/**
 * Directories of the packages that the bundle holds code of.
 * @param {readonly Metafile[]} metafiles
 */
function bundledPackages(metafiles) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const found = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(found)].sort();
}

/** @param {string} directory */
async function licenceOf(directory) {
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const file = (await readdir(directory)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file === undefined ? '' : await readFile(join(directory, file), 'utf8');
  return `${name} ${version} (${license ?? 'see below'})\n\n${text.trim()}\n`;
}

/**
 * Their licences ask for their texts to go where the code goes.
 * @param {readonly Metafile[]} metafiles
 */
export async function writeLicences(metafiles) {
  const directories = bundledPackages(metafiles).map((path) => join(root, path));
  const texts = await Promise.all(
    directories.filter((path) => existsSync(join(path, 'package.json'))).map(licenceOf),
  );
  const line = `\n${'-'.repeat(100)}\n\n`;
  const head = 'Thaw holds code of these packages, each under its own licence.\n';
  await writeFile(join(root, 'dist', 'THIRD_PARTY_LICENSES.txt'), [head, ...texts].join(line));
}
