/** Differences and images as they are shown: bounded contents, one path, layers merged as the overlay does it. */
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TreeEntry } from '../../../src/engine/changes/entry.ts';
import { readTree } from '../../../src/engine/changes/read-tree.ts';
import { type Operation, runProgram, scriptOf, useWorkbench } from './difference-tool.ts';

const bench = useWorkbench();
let base = '';
const at = (...names: readonly string[]): string => join(base, ...names);
beforeEach(async () => {
  base = await mkdtemp(join(bench.dir, 'shown-'));
});
afterEach(async () => await rm(base, { recursive: true, force: true }));

async function fill(dir: string, operations: readonly Operation[]): Promise<string> {
  await mkdir(at(dir));
  const { code, stderr } = await runProgram(bench.tool, ['ops', at(dir)], scriptOf(operations));
  expect(code, stderr).toBe(0);
  return at(dir);
}

/** In pieces that fit no block. */
async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += 333) yield bytes.subarray(from, from + 333);
}

async function read(args: readonly string[], input = ''): Promise<Map<string, TreeEntry>> {
  const { code, stdout, stderr } = await runProgram(bench.sanitized, args, input);
  expect(code, stderr).toBe(0);
  return await readTree(pieces(stdout));
}

const told = (tree: ReadonlyMap<string, TreeEntry>): string[] =>
  [...tree.values()].map(
    ({ path, kind, sizeBytes, content }) => `${path} ${kind} ${sizeBytes}${content === null ? '' : ' held'}`,
  );

it('shows facts of every file, and contents within both bounds', async () => {
  const upper = await fill('upper', [
    ['write', 'a', 1_000, 1],
    ['link', 'a', 'b'],
    ['write', 'big', 1_001, 1],
    ['write', 'c', 900, 1],
    ['mkdir', 'd'],
    ['write', 'd/last', 200, 1],
    ['symlink', 'e', 'target'],
    ['node', 'gone', 0, 0],
    ['xattr', 'd', 'trusted.overlay.opaque', 'y'],
    ['mkdir', 'dir'],
    ['write', 'dir/file', 100, 1],
  ]);
  const all = await read(['diff-show', '1000', '2000', '', upper]);
  expect(told(all)).toEqual([
    'a file 1000 held',
    'b file 1000 held',
    'big file 1001',
    'c file 900 held',
    'd directory 0',
    'd/last file 200',
    'dir directory 0',
    'dir/file file 100 held',
    'e symlink 6 held',
    'gone deleted 0',
  ]);
  expect(all.get('b')?.content?.equals(all.get('a')?.content ?? Buffer.alloc(0))).toBe(true);
  expect([all.get('d')?.opaque, all.get('dir')?.opaque]).toEqual([true, false]);
  const some = await read(['diff-show', '1000', '2000', 'd', upper]);
  expect([...some.keys()]).toEqual(['d', 'd/last']);
  expect([...(await read(['diff-show', '1000', '2000', 'dir/file', upper])).keys()]).toEqual([
    'dir',
    'dir/file',
  ]);
  expect([...(await read(['diff-show', '1000', '2000', 'di', upper])).keys()]).toEqual([]);
  const shown = await runProgram(bench.agent, ['diff-show', '1', '1', '', upper]);
  await mkdir(at('root'));
  expect((await runProgram(bench.agent, ['diff-apply', at('root')], shown.stdout)).code).toBe(2);
});

it('holds the same stream for a slow reader, and leaves no file where it worked', async () => {
  const upper = await fill('upper', [
    ['write', 'a', 300_000, 1],
    ['mkdir', 'd'],
  ]);
  await mkdir(at('work'));
  const command = `cd "$1" && exec "$2" diff-show --backlog 1000000000 1000000 1000000 "" "$3"`;
  const spooled = await runProgram('/bin/sh', ['-c', command, 'sh', at('work'), bench.sanitized, upper]);
  const shown = await runProgram(bench.sanitized, ['diff-show', '1000000', '1000000', '', upper]);
  expect([spooled.code, spooled.stderr]).toEqual([0, shown.stderr]);
  expect(spooled.stdout.equals(shown.stdout)).toBe(true);
  expect(await readdir(at('work'))).toEqual([]);
  const failed = await runProgram('/bin/sh', ['-c', command, 'sh', at('work'), bench.sanitized, at('none')]);
  expect([failed.code, failed.stdout.length]).toEqual([4, 0]);
});

it('merges layers: upper files win, whiteouts and opaque directories hide', async () => {
  const low = await fill('low', [
    ['mkdir', 'etc'],
    ['write', 'etc/a', 10, 1],
    ['write', 'etc/b', 11, 1],
    ['mkdir', 'opaque'],
    ['write', 'opaque/old', 12, 1],
    ['mkdir', 'gone'],
    ['write', 'gone/x', 13, 1],
    ['mkdir', 'file'],
    ['write', 'file/inner', 14, 1],
    ['write', 'under', 15, 1],
  ]);
  const middle = await fill('middle', [
    ['mkdir', 'etc'],
    ['write', 'etc/a', 20, 1],
    ['node', 'etc/b', 0, 0],
    ['mkdir', 'opaque'],
    ['xattr', 'opaque', 'trusted.overlay.opaque', 'y'],
    ['write', 'opaque/new', 21, 1],
    ['node', 'gone', 0, 0],
    ['write', 'file', 22, 1],
    ['mkdir', 'under'],
    ['write', 'under/inner', 23, 1],
  ]);
  const high = await fill('high', [
    ['mkdir', 'etc'],
    ['write', 'etc/c', 30, 1],
    ['symlink', 'link', '/etc'],
  ]);
  // As Docker names layers where there are many.
  await symlink(middle, at('short'));
  const look = async (...asked: readonly string[]): Promise<string[]> =>
    told(
      await read(
        ['diff-base', '100', '10000', high, at('short'), low],
        asked.map((one) => `${one}\0`).join(''),
      ),
    );
  expect(await look('*etc', '*file', '*gone', '*opaque', '*under')).toEqual([
    'etc directory 0',
    'etc/a file 20 held',
    'etc/c file 30 held',
    'file file 22 held',
    'opaque directory 0',
    'opaque/new file 21 held',
    'under directory 0',
    'under/inner file 23 held',
  ]);
  expect(
    await look('=etc', '=etc/a', '=etc/b', '=etc/none', '=file/inner', '=gone/x', '=link', '=link/a'),
  ).toEqual(['etc directory 0', 'etc/a file 20 held', 'link symlink 4 held']);
  expect(await look('=opaque/new', '=etc/c', '=opaque/old')).toEqual([
    'opaque/new file 21 held',
    'etc/c file 30 held',
  ]);
  expect(await look()).toEqual([]);
});

it.each([
  '=',
  'etc\0',
  '=..\0',
  '=a/../b\0',
  '=/etc\0',
  '=a//b\0',
  '=./a\0',
  '=a/\0',
  `=${'n'.repeat(256)}\0`,
  '=a',
])('does not look for %j', async (asked) => {
  const low = await fill('low', [['mkdir', 'a']]);
  const { code, stderr } = await runProgram(bench.sanitized, ['diff-base', '1', '1', low], asked);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^usage: /)]);
});

it.each([
  ['diff-show', 'x', '1', '', '/'],
  ['diff-show', '1', '-1', '', '/'],
  ['diff-base', '1', '', '/'],
  ['diff-show', '--backlog', '-1', '1', '1', '', '/'],
  ['diff-base', '--backlog', '1', '1', '1', '/'],
  ['diff-show', '--backlog'],
  ['diff-base', '1', '1'],
])('refuses the words %s %s %s', async (...args) => {
  expect((await runProgram(bench.sanitized, args)).code).toBe(1);
});
