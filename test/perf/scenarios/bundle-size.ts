/** bundle.entry and bundle.all: how much JavaScript an MCP client's process loads to reach an owner, and how much there is in all. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Closable, Finding, Scenario } from '../scenario.ts';

const BYTES_PER_KB = 1_000;

/** What `import` and `import()` of bundled code name, and paths of the same form that are spawned. */
const OWN_FILES = /["'](\.{1,2}\/[^"'\n]+\.mjs)["']/g;

interface Code {
  readonly files: number;
  readonly bytes: number;
}

/** The file, and every file that code in it may load, whether or not it ever does. */
async function reachable(entry: string): Promise<Code> {
  const sizes = new Map<string, number>();
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (sizes.has(path)) continue;
    const text = await readFile(path, 'utf8').catch(() => null);
    // The same form stands in texts about files that are nowhere.
    if (text === null) continue;
    sizes.set(path, Buffer.byteLength(text));
    for (const [, name = ''] of text.matchAll(OWN_FILES)) open.push(resolve(dirname(path), name));
  }
  return { files: sizes.size, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) };
}

export const bundleSize: Scenario<Closable> = {
  names: ['bundle.entry', 'bundle.all'],
  async run(_stage, { thaw: [, entry] }) {
    const { length } = await readFile(entry);
    const all = await reachable(entry);
    const figure = (name: string, bytes: number, note: string): Finding => ({
      kind: 'figure',
      name,
      value: bytes / BYTES_PER_KB,
      unit: 'kB',
      n: 1,
      note,
    });
    return [
      figure('bundle.entry', length, 'the one file that `thaw mcp` runs when an owner is there'),
      figure('bundle.all', all.bytes, `JavaScript of the ${all.files} files that the command line may load`),
    ];
  },
};
