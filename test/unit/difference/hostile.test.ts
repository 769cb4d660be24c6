/** Streams that want out of their root, and streams that are not whole. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  describeTree,
  type RunResult,
  runConfined,
  runProgram,
  scriptOf,
  useWorkbench,
} from './difference-tool.ts';
import { directory, file, finish, header, records, start, stream } from './tar.ts';

const bench = useWorkbench();
let base = '';
const root = (): string => join(base, 'root');
const apply = async (input: Buffer): Promise<RunResult> =>
  await runConfined(bench, bench.sanitized, ['diff-apply', root()], input);
const describeCanary = async (): Promise<string> => await describeTree(bench, join(base, 'canary'));
let canary = '';

beforeEach(async () => {
  base = await mkdtemp(join(bench.dir, 'hostile-'));
  await mkdir(root());
  await mkdir(join(base, 'canary'));
  await writeFile(join(base, 'canary', 'secret'), 'secret');
  await symlink('../canary', join(root(), 'escape'));
  await mkdir(join(root(), 'd'));
  await symlink(join(base, 'canary'), join(root(), 'd', 'up'));
  canary = await describeCanary();
});
afterEach(async () => {
  expect(await describeCanary()).toBe(canary);
  expect(await readdir(base)).toEqual(['canary', 'root']);
  await rm(base, { recursive: true, force: true });
});

describe('a bad stream ends with code 2 and one line', () => {
  const long = 'n'.repeat(256);
  it.each([
    ['an absolute name', [file('/etc/x', 'x')]],
    ['a name with ..', [file('../canary/x', 'x')]],
    ['.. in the middle', [directory('d/'), file('d/../../canary/x', 'x')]],
    ['a . in a name', [directory('d/'), file('d/./x', 'x')]],
    ['two slashes', [directory('d/'), file('d//x', 'x')]],
    ['an empty name', [file('', 'x')]],
    ['a name longer than a file system takes', [records({ path: long }), file('x', 'x')]],
    ['a NUL in a record of a name', [Buffer.concat([records({ path: 'a\0b' }), file('x', 'x')])]],
    ['a file below a link of the root', [file('escape/x', 'x')]],
    ['a file without its directory', [file('e/x', 'x')]],
    ['a hard link out of the tree', [header({ name: 'l', type: '1', link: '../canary/secret' })]],
    ['a hard link through a link of the root', [header({ name: 'l', type: '1', link: 'escape/secret' })]],
    ['a hard link through a link further down', [header({ name: 'l', type: '1', link: 'd/up/secret' })]],
    ['a hard link to nothing', [header({ name: 'l', type: '1', link: 'nothing' })]],
    ['a hard link to a directory', [header({ name: 'l', type: '1', link: 'd' })]],
    ['the root twice', [directory('./')]],
    ['an unknown type', [header({ name: 'x', type: '7' })]],
    [
      'an attribute of the overlay',
      [Buffer.concat([records({ 'SCHILY.xattr.trusted.overlay.opaque': 'y' }), directory('d/')])],
    ],
    [
      'a trusted attribute behind an escape',
      [Buffer.concat([records({ 'SCHILY.xattr.truste%64.x': 'y' }), directory('d/')])],
    ],
    ['an unknown record', [Buffer.concat([records({ comment: 'hello' }), file('x', 'x')])]],
    [
      'a record twice',
      [
        Buffer.concat([
          records({ uid: '1' }).subarray(0, 0),
          header({ name: 'p', type: 'x', size: 16 }),
          Buffer.from('8 uid=1\n8 uid=1\n'.padEnd(512, '\0')),
          file('x', 'x'),
        ]),
      ],
    ],
    ['an owner that means none', [Buffer.concat([records({ uid: '4294967295' }), file('x', 'x')])]],
    ['an opaque file', [Buffer.concat([records({ 'THAW.opaque': '1' }), file('x', 'x')])]],
    ['content of a directory', [header({ name: 'd/', type: '5', size: 10 })]],
    ['records beyond the bound', [header({ name: 'p', type: 'x', size: 100_000_000 })]],
    ['a size below nothing', [Buffer.concat([records({ size: '-1' }), file('x', 'x')])]],
    [
      'a size beyond everything',
      [Buffer.concat([records({ size: '18446744073709551615' }), file('x', 'x')])],
    ],
  ] as const)('%s', async (_what, parts) => {
    const { code, stderr } = await apply(stream(parts, parts.length));
    expect(stderr).toMatch(/^bad stream: [^\n]+\n$/);
    expect(code).toBe(2);
  });

  it.each([
    ['wrong counts', () => Buffer.concat([start(), finish(2, 0)])],
    ['no version', () => Buffer.concat([directory('./'), finish(1, 0)])],
    [
      'another version',
      () => Buffer.concat([records({ 'THAW.version': '2' }, 'g'), directory('./'), finish(1, 0)]),
    ],
    ['something after the end', () => Buffer.concat([stream([]), Buffer.from('x')])],
    ['random bytes', () => Buffer.alloc(4096, 0xa5)],
    ['zeros', () => Buffer.alloc(4096)],
  ])('%s', async (_what, make) => {
    const { code, stderr } = await apply(make());
    expect(stderr).toMatch(/^bad stream: [^\n]+\n$/);
    expect(code).toBe(2);
  });
});

it('replaces a link of the root by the directory of the stream and does not follow it', async () => {
  const { code, stderr } = await apply(
    stream(
      [
        directory('d/'),
        directory('d/up/'),
        file('d/up/secret', 'mine'),
        directory('escape/'),
        file('escape/secret', 'mine'),
      ],
      8,
    ),
  );
  expect(stderr).toBe('root=0 done entries=6 bytes=8 kept=0\n');
  expect(code).toBe(0);
  expect(await readFile(join(root(), 'escape', 'secret'), 'utf8')).toBe('mine');
});

it('does not follow a link that the stream made before', async () => {
  const link = header({ name: 'out', type: '2', link: '../canary' });
  const { code } = await apply(stream([link, directory('out/'), file('out/secret', 'x'), link], 1));
  expect(code).toBe(0);
  expect((await readdir(root())).sort()).toEqual(['d', 'escape', 'out']);
});

it('deletes links themselves, and what is not there without an error', async () => {
  const gone = (name: string) => header({ name, type: '3' });
  const { code } = await apply(stream([gone('d'), gone('escape'), gone('nothing')]));
  expect(code).toBe(0);
  expect(await readdir(root())).toEqual([]);
});

it('ends with code 3 wherever the stream is cut', { timeout: 60_000 }, async () => {
  const upper = join(bench.dir, 'upper-cut');
  await mkdir(upper);
  const made = await runProgram(
    bench.tool,
    ['ops', upper],
    scriptOf([
      ['mkdir', 'a'],
      ['write', 'a/f', 1500, 1],
      ['link', 'a/f', 'a/l'],
      ['xattr', 'a', 'user.x', 'y'],
      ['node', 'gone', 0, 0],
      ['sparse', 'holes', 1_000_000, 500_000],
    ]),
  );
  expect(made.code, made.stderr).toBe(0);
  const whole = (await runProgram(bench.agent, ['diff-write', upper])).stdout;
  expect(whole.length % 512).toBe(0);
  expect(whole.length).toBeGreaterThan(20 * 512);
  for (let length = 0; length < whole.length; length += 512) {
    const { code, stderr } = await runConfined(
      bench,
      bench.agent,
      ['diff-apply', root()],
      whole.subarray(0, length),
    );
    expect({ length, code, stderr }).toEqual({
      length,
      code: 3,
      stderr: 'truncated: the stream ends before its end entry\n',
    });
  }
  expect((await runConfined(bench, bench.agent, ['diff-apply', root()], whole)).code).toBe(0);
  expect((await runConfined(bench, bench.agent, ['diff-apply', root()], whole.subarray(0, 700))).code).toBe(
    3,
  );
});
