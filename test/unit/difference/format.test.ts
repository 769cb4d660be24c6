/** The stream is an ordinary pax tar: a reader that knows nothing of Thaw finds the same entries in it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import { expect, it } from 'vitest';
import { type Operation, runProgram, scriptOf, useWorkbench } from './difference-tool.ts';

const bench = useWorkbench();
const long = 'n'.repeat(150);

async function write(name: string, operations: readonly Operation[]): Promise<Buffer> {
  const upper = join(bench.dir, name);
  await mkdir(upper);
  const made = await runProgram(bench.tool, ['ops', upper], scriptOf(operations));
  expect(made.code, made.stderr).toBe(0);
  const { code, stdout, stderr } = await runProgram(bench.sanitized, ['diff-write', upper]);
  expect(code, stderr).toBe(0);
  return stdout;
}

async function list(stream: Buffer): Promise<Header[]> {
  const headers: Header[] = [];
  for await (const entry of Readable.from([stream]).pipe(extract())) {
    headers.push(entry.header);
    entry.resume();
  }
  return headers;
}

it('lists names, types, owners and links in order', async () => {
  const stream = await write('listed', [
    ['mkdir', 'b'],
    ['write', `b/${long}`, 700, 1],
    ['chown', `b/${long}`, 3_000_000, 7],
    ['link', `b/${long}`, 'c'],
    ['symlink', 'a', '/x'],
    ['node', 'gone', 0, 0],
    ['xattr', 'b', 'user.k', 'v'],
    ['xattr', 'b', 'trusted.overlay.opaque', 'y'],
    ['mkdir', '.thaw'],
    ['socket', 'socket'],
  ]);
  const headers = await list(stream);
  expect(headers.map(({ name, type }) => [name, type])).toEqual([
    ['./', 'directory'],
    ['a', 'symlink'],
    ['b/', 'directory'],
    [`b/${long}`, 'file'],
    ['c', 'link'],
    ['gone', 'character-device'],
    ['socket', 'character-device'],
  ]);
  const [, link, directory, file, second] = headers;
  expect(link?.linkname).toBe('/x');
  expect(directory?.pax).toMatchObject({ 'THAW.opaque': '1', 'SCHILY.xattr.user.k': 'v' });
  expect(file).toMatchObject({ size: 700, gid: 7, pax: { uid: '3000000' } });
  expect(second?.linkname).toBe(`b/${long}`);
});

it('is the same for the same tree, and small for a file of holes', async () => {
  const operations: Operation[] = [
    ['sparse', 'holes', 900_000_000_000, 800_000_000_000],
    ...Array.from({ length: 50 }, (_, i): Operation => ['write', `f${(i * 7919) % 50}`, i, i]),
    ...Array.from({ length: 50 }, (_, i): Operation => ['time', `f${i}`, i, 0]),
    ['time', 'holes', 1, 1],
    ['time', '.', 1, 1],
  ];
  const first = await write('first', operations);
  const second = await write(
    'second',
    [...operations].reverse().sort((a, b) => Number(a[0] === 'time') - Number(b[0] === 'time')),
  );
  expect(first.equals(second)).toBe(true);
  expect(first.length).toBeLessThan(100_000);
});
