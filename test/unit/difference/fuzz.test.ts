/** Damaged streams under the address and undefined-behaviour sanitizers: no crash, nothing outside of the root. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { guestSources, languageFlags, sanitizerFlags, warningFlags } from '../../../src/guest/build.mjs';
import {
  describeTree,
  type Operation,
  runConfined,
  runProgram,
  scriptOf,
  useWorkbench,
} from './difference-tool.ts';

const run = promisify(execFile);
const guestDir = join(import.meta.dirname, '..', '..', '..', 'src', 'guest');
const INPUTS_PER_SEED = 10_000;
const bench = useWorkbench();

/** Trees whose streams hold every kind of entry and record. */
const trees: readonly (readonly Operation[])[] = [
  [
    ['mkdir', 'a'],
    ['write', 'a/file', 700, 1],
    ['link', 'a/file', 'a/link'],
    ['symlink', 'a/out', '../../canary'],
    ['mkdir', 'd'],
    ['mkdir', 'd/e'],
    ['write', 'd/e/x', 20, 2],
    ['node', 'deleted', 0, 0],
    ['write', 'new', 1, 3],
  ],
  [
    ['write', `long-${'n'.repeat(200)}`, 10, 1],
    ['sparse', 'holes', 3_000_000, 1_000_000],
    ['mkdir', 'd'],
    ['xattr', 'd', 'user.a=b', 'value'],
    ['xattr', 'd', 'trusted.overlay.opaque', 'y'],
    ['default-acl', 'd', 1000],
    ['write', 'd/cap', 100, 2],
    ['capability', 'd/cap', 10],
    ['chown', 'd/cap', 3_000_000, 5],
    ['fifo', 'pipe'],
    ['time', 'pipe', -5, 5],
  ],
  [
    ['mkdir', 'escape'],
    ['write', 'escape/secret', 9, 9],
    ['mkdir', 'inside'],
    ['mkdir', 'inside/up'],
    ['write', 'inside/up/secret', 9, 8],
    ['link', 'escape/secret', 'inside/secret'],
    ['node', 'loop', 1, 3],
  ],
];

let streams: string[] = [];
const fuzzer = (): string => join(bench.dir, 'replay-fuzz');

beforeAll(async () => {
  const sources = (await guestSources()).filter(
    (name) => /^diff-.*\.c$/.test(name) && name !== 'diff-main.c',
  );
  await run('cc', [
    ...languageFlags,
    ...warningFlags,
    ...sanitizerFlags,
    `-I${guestDir}`,
    ...sources.map((name) => join(guestDir, name)),
    join(import.meta.dirname, 'replay-fuzz.c'),
    '-Wl,--wrap=diff_exit',
    '-o',
    fuzzer(),
  ]);
  streams = await Promise.all(
    trees.map(async (tree, i) => {
      const upper = join(bench.dir, `upper-${i}`);
      await mkdir(upper);
      const made = await runProgram(bench.tool, ['ops', upper], scriptOf(tree));
      expect(made.code, made.stderr).toBe(0);
      const { code, stdout, stderr } = await runProgram(bench.agent, ['diff-write', upper]);
      expect(code, stderr).toBe(0);
      const path = join(bench.dir, `stream-${i}`);
      await writeFile(path, stdout);
      return path;
    }),
  );
}, 120_000);

it.each([1, 2])(`survives ${INPUTS_PER_SEED} streams of seed %i`, { timeout: 120_000 }, async (seed) => {
  const base = await mkdtemp(join(bench.dir, 'fuzz-'));
  for (const name of ['root0', 'root1', 'canary', 'canary/inner']) await mkdir(join(base, name));
  await writeFile(join(base, 'canary', 'secret'), 'secret');
  const describe = async (): Promise<string> => await describeTree(bench, join(base, 'canary'));
  const before = await describe();
  const { code, stdout, stderr } = await runConfined(bench, fuzzer(), [
    String(seed),
    String(INPUTS_PER_SEED),
    base,
    ...streams,
  ]);
  expect(code, stderr).toBe(0);
  const counts = /^(\d+) good, (\d+) bad, (\d+) truncated, (\d+) failed\n$/.exec(stdout.toString());
  const [good = 0, bad = 0, truncated = 0] = counts?.slice(1).map(Number) ?? [];
  // The inputs must get past the headers, or they test nothing but the checksum.
  expect(good).toBeGreaterThan(INPUTS_PER_SEED / 20);
  expect(bad).toBeGreaterThan(INPUTS_PER_SEED / 10);
  expect(truncated).toBeGreaterThan(INPUTS_PER_SEED / 100);
  expect(await describe()).toBe(before);
  expect(await readdir(base)).toEqual(['canary', 'root0', 'root1']);
  await rm(base, { recursive: true, force: true });
});
