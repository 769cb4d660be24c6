/** A difference replayed over the same lower tree gives the same tree: random trees on real overlays. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { changes, lowerTree } from './arbitraries.ts';
import { type Operation, replay, runProgram, scriptOf, useWorkbench } from './difference-tool.ts';

const bench = useWorkbench();

async function base(): Promise<string> {
  const path = join(bench.dir, 'base');
  await mkdir(path, { recursive: true });
  return path;
}

async function expectSame(
  lower: readonly Operation[],
  after: readonly Operation[],
  agent: string,
): Promise<void> {
  const result = await replay(bench, await base(), lower, after, agent);
  expect(result.stdout.toString('latin1'), result.stderr).toBe('');
  expect(result.code, result.stderr).toBe(0);
}

it('gives the same tree in 250 random runs', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(lowerTree, changes, async (lower, after) => await expectSame(lower, after, bench.agent)),
    { numRuns: 250 },
  );
});

it('gives the same tree in 40 random runs under the sanitizers', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      lowerTree,
      changes,
      async (lower, after) => await expectSame(lower, after, bench.sanitized),
    ),
    { numRuns: 40 },
  );
});

it('keeps what each kind of change makes', async () => {
  const lower: Operation[] = [
    ['mkdir', 'd'],
    ['mkdir', 'd/e'],
    ['write', 'd/one', 100, 1],
    ['link', 'd/one', 'd/two'],
    ['write', 'd/e/f', 5000, 2],
    ['default-acl', 'd/e', 1000],
    ['xattr', 'd/e', 'user.gone', 'x'],
    ['write', 'file', 10, 3],
    ['mkdir', 'emptied'],
    ['write', 'emptied/old', 1, 1],
    ['mkdir', 'hidden'],
  ];
  await expectSame(
    lower,
    [
      ['write', 'd/one', 9, 4],
      ['write', 'd/e/inherits', 100, 4],
      ['mkdir', 'd/e/inherits-too'],
      ['fifo', 'd/e/pipe'],
      ['capability', 'd/e/inherits', 10],
      ['unxattr', 'd/e', 'user.gone'],
      ['remove', 'file'],
      ['mkdir', 'file'],
      ['anew', 'emptied'],
      ['write', 'emptied/new', 1, 2],
      ['chmod', 'd', 0o2775],
      ['chown', 'd', 5, 6],
      ['write', 'd/group', 1, 1],
      ['link', 'd/group', 'd/again'],
      ['sparse', 'holes', 900_000_000_000, 800_000_000_000],
      ['deep', 'down', 500],
      ['remove', 'hidden'],
      ['socket', 'hidden'],
    ],
    bench.sanitized,
  );
});

it('gives nothing by inheritance that the source does not have', async () => {
  const lower: Operation[] = [
    ['mkdir', 'd'],
    ['mkdir', 'd/group'],
    ['chmod', 'd/group', 0o2775],
    ['chown', 'd/group', 0, 7],
  ];
  await expectSame(
    lower,
    [
      ['mkdir', 'd/sub'],
      ['write', 'd/file', 10, 1],
      ['fifo', 'd/pipe'],
      ['default-acl', 'd', 1000],
      ['write', 'd/group/file', 10, 1],
      ['chown', 'd/group/file', 0, 0],
      ['fifo', 'd/group/pipe'],
      ['chown', 'd/group/pipe', 0, 0],
      ['mkdir', 'd/group/sub'],
      ['chown', 'd/group/sub', 0, 0],
      ['write', 'd/group/sub/file', 10, 1],
      ['chown', 'd/group/sub/file', 0, 0],
      ['chmod', 'd/group/sub', 0o755],
    ],
    bench.sanitized,
  );
});

it('notices a tree that is not the same', async () => {
  const args = ['scenario', await base(), bench.agent, 'diff-write', '{}', '--', '/bin/cat'];
  const result = await runProgram(bench.tool, args, `---\n${scriptOf([['write', 'a', 1, 1]])}`);
  expect(result.code).toBe(1);
});
