/** Cached root file systems: written whole or not at all, and never used when they changed. */
import { execFileSync } from 'node:child_process';
import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isIntact, writeTarball } from '../../../src/setup/snapshot/tarball.ts';
import { fakeHost, temporaryDirectory } from './fake-host.ts';

test('holds the tree without devices, and a change shows', async () => {
  const { root, put } = await fakeHost();
  await put('etc/hostname', 'x');
  await put('dev/zero', 'x');
  const path = join(await temporaryDirectory(), 'cache', 'root.tar.gz');
  expect(await isIntact(path)).toBe(false);
  await writeTarball(root, path, AbortSignal.timeout(10_000));
  expect(await isIntact(path)).toBe(true);
  const names = execFileSync('tar', ['-tzf', path], { encoding: 'utf8' }).trim().split('\n');
  expect(names).toEqual(['./', './dev/', './etc/', './etc/hostname']);
  await appendFile(path, 'x');
  expect(await isIntact(path)).toBe(false);
});

test('a tree that cannot be read leaves nothing behind', async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, 'root.tar.gz');
  await expect(
    writeTarball(join(directory, 'none'), path, AbortSignal.timeout(10_000)),
  ).rejects.toMatchObject({
    code: 'setup_failed',
  });
  expect(await isIntact(path)).toBe(false);
  expect((await readdir(directory)).filter((name) => name.includes('part'))).toEqual([]);
});
