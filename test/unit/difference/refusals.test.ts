/** What a difference refuses: what it cannot express, and to begin without the rights that it needs. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeTree, type Operation, runProgram, scriptOf, useWorkbench } from './difference-tool.ts';

const bench = useWorkbench();
let base = '';
const at = (...names: readonly string[]): string => join(base, ...names);

beforeEach(async () => {
  base = await mkdtemp(join(bench.dir, 'refusals-'));
  for (const name of ['upper', 'one', 'two']) await mkdir(at(name));
});
afterEach(async () => await rm(base, { recursive: true, force: true }));

async function fill(dir: string, operations: readonly Operation[]): Promise<void> {
  const { code, stderr } = await runProgram(bench.tool, ['ops', dir], scriptOf(operations));
  expect(code, stderr).toBe(0);
}
const dump = async (dir: string): Promise<string> => await describeTree(bench, dir);

it.each([
  ['a redirect', [['xattr', 'd', 'trusted.overlay.redirect', '/x']]],
  ['a file without its content', [['xattr', 'f', 'trusted.overlay.metacopy', '']]],
  ['a link that the index joins', [['xattr', 'f', 'trusted.overlay.nlink', 'U+1']]],
] as const)('refuses %s with code 5', async (_what, operations) => {
  await fill(at('upper'), [['mkdir', 'd'], ['write', 'f', 1, 1], ...operations]);
  const { code, stderr } = await runProgram(bench.sanitized, ['diff-write', at('upper')]);
  expect(stderr).toMatch(/^unsupported: [^\n]+\n$/);
  expect(code).toBe(5);
});

it('reads the marks of an overlay mounted with userxattr only when told so', async () => {
  await fill(at('upper'), [
    ['mkdir', 'd'],
    ['xattr', 'd', 'user.overlay.opaque', 'y'],
    ['write', 'gone', 0, 1],
    ['xattr', 'gone', 'user.overlay.whiteout', 'y'],
  ]);
  await fill(at('one'), [
    ['mkdir', 'd'],
    ['write', 'd/old', 1, 1],
    ['write', 'gone', 1, 1],
  ]);
  await fill(at('two'), [
    ['mkdir', 'd'],
    ['write', 'd/old', 1, 1],
  ]);
  expect((await runProgram(bench.agent, ['diff-copy', '--userxattr', at('upper'), at('one')])).code).toBe(0);
  expect((await runProgram(bench.agent, ['diff-copy', at('upper'), at('two')])).code).toBe(0);
  expect(await readdir(at('one'))).toEqual(['d']);
  expect(await readdir(at('one', 'd'))).toEqual([]);
  expect(await readdir(at('two', 'd'))).toEqual(['old']);
  expect(await dump(at('two'))).toContain('user.overlay.opaque=y');
});

it('needs no capability beyond the documented ones, and refuses to begin without any of them', async () => {
  await fill(at('upper'), [
    ['mkdir', 'd'],
    ['write', 'd/f', 10, 1],
    ['chown', 'd/f', 1000, 1000],
    ['chmod', 'd/f', 0o6700],
    ['capability', 'd/f', 10],
    ['xattr', 'd/f', 'user.a', 'b'],
    ['acl', 'd', 1000],
    ['node', 'n', 1, 3],
    ['chown', 'n', 1000, 1000],
    ['chmod', 'n', 0o600],
    ['chown', 'd', 1000, 1000],
    ['chmod', 'd', 0o2700],
    ['symlink', 's', 'x'],
    ['chown', 's', 1000, 1000],
  ]);
  const withOnly = async (capabilities: readonly string[], ...args: readonly string[]) =>
    await runProgram('/usr/bin/setpriv', [
      `--bounding-set=-all,${capabilities.map((name) => `+${name}`).join(',')}`,
      '--no-new-privs',
      bench.agent,
      ...args,
    ]);
  const documented = [
    'sys_admin',
    'sys_ptrace',
    'dac_override',
    'chown',
    'fowner',
    'fsetid',
    'mknod',
    'setfcap',
  ];
  const { code, stderr } = await withOnly(documented, 'diff-copy', at('upper'), at('one'));
  expect(code, stderr).toBe(0);
  expect(await dump(at('one'))).toBe(await dump(at('upper')));
  // SYS_PTRACE is for paths below another process's root alone.
  for (const missing of documented.filter((name) => name !== 'sys_ptrace')) {
    const left = documented.filter((name) => name !== missing);
    const refused = await withOnly(left, 'diff-copy', at('upper'), at('two'));
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain(
      `failed errno=EPERM step=capability path=CAP_${missing.toUpperCase()}\n`,
    );
    expect(await readdir(at('two'))).toEqual([]);
  }
});
