/** What a slow reader does not take is held in a nameless file: within a bound, as far as the disk has room, and in order. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeTree, type Operation, runProgram, scriptOf, useWorkbench } from './difference-tool.ts';

const bench = useWorkbench();
const WRITES = `cd "$1" && exec "$2" diff-write --backlog "$3" "$4"`;
/** More than a pipe takes, in files that go through the buffer, beside one that does not. */
const TREE: readonly Operation[] = [
  ...Array.from({ length: 40 }, (_, index): Operation => ['write', `small-${index}`, 60_000, index]),
  ['write', 'large', 3_000_000, 99],
  ['mkdir', 'z'],
  ['write', 'z/last', 10, 1],
];

let base = '';
let upper = '';
const at = (...names: readonly string[]): string => join(base, ...names);
beforeEach(async () => {
  base = await mkdtemp(join(bench.dir, 'backlog-'));
  upper = at('upper');
  await Promise.all([mkdir(upper), mkdir(at('work'))]);
  const { code, stderr } = await runProgram(bench.tool, ['ops', upper], scriptOf(TREE));
  expect(code, stderr).toBe(0);
});
afterEach(async () => await rm(base, { recursive: true, force: true }));

/** A writer whose standard output nobody reads yet. */
function startWriter(backlog: number) {
  const words = ['-c', WRITES, 'sh', at('work'), bench.sanitized, String(backlog), upper];
  const writer = spawn('/bin/sh', words, { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
  return { writer, ended: once(writer, 'exit') };
}

it('has read the tree before anybody reads the stream, which is the same', async () => {
  const { writer, ended } = startWriter(1e9);
  const [line] = await once(writer.stderr, 'data');
  expect(String(line)).toMatch(/^done entries=44 /);
  expect(await readdir(at('work'))).toEqual([]);
  const held = await buffer(writer.stdout);
  expect(await ended).toEqual([0, null]);
  const { stdout } = await runProgram(bench.sanitized, ['diff-write', upper]);
  expect(held.equals(stdout)).toBe(true);
});

it.each([1, 200_000, 4_000_000])('goes on at the pace of its reader after %d bytes', async (backlog) => {
  const { writer, ended } = startWriter(backlog);
  const paced = await buffer(writer.stdout);
  expect(await ended).toEqual([0, null]);
  const { stdout } = await runProgram(bench.sanitized, ['diff-write', upper]);
  expect(paced.equals(stdout)).toBe(true);
});

it('goes on at the pace of its reader when the disk is full', async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'thaw-test', at('work')]);
  try {
    const { writer, ended } = startWriter(1e9);
    const paced = await buffer(writer.stdout);
    expect(await ended).toEqual([0, null]);
    const { stdout } = await runProgram(bench.sanitized, ['diff-write', upper]);
    expect(paced.equals(stdout)).toBe(true);
  } finally {
    execFileSync('umount', [at('work')]);
  }
});

it('says that the reader is gone', async () => {
  const { writer, ended } = startWriter(1e9);
  writer.stdout.destroy();
  const [[code]] = await Promise.all([ended, buffer(writer.stderr)]);
  expect(code).toBe(4);
});

it('copies through it into every root', async () => {
  await Promise.all([mkdir(at('one')), mkdir(at('two'))]);
  const words = ['diff-copy', '--backlog', '1000000', upper, at('one'), at('two')];
  const { code, stderr } = await runProgram('/bin/sh', [
    '-c',
    'cd "$0" && exec "$@"',
    at('work'),
    bench.sanitized,
    ...words,
  ]);
  expect([code, stderr.match(/^root=\d done entries=44 /gm)?.length]).toEqual([0, 2]);
  const tree = await describeTree(bench, upper);
  expect([await describeTree(bench, at('one')), await describeTree(bench, at('two'))]).toEqual([tree, tree]);
});
