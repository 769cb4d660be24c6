/** The lock of those who start an owner. */
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeSpawnLock } from '../../../src/cli/relay/spawn-lock.ts';

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'thaw-lock-'));
  path = join(root, 'spawn.lock');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('is had by one at a time', () => {
  const release = takeSpawnLock(path, process.pid);
  expect(readFileSync(path, 'utf8')).toBe(String(process.pid));
  expect(takeSpawnLock(path, process.pid)).toBeNull();
  release?.();
  expect(existsSync(path)).toBe(false);
  expect(takeSpawnLock(path, process.pid)).not.toBeNull();
});

it('passes on from a holder that is dead or hangs', () => {
  writeFileSync(path, '2147483646');
  expect(takeSpawnLock(path, process.pid)).not.toBeNull();
  const old = new Date(Date.now() - 61_000);
  utimesSync(path, old, old);
  expect(takeSpawnLock(path, process.pid)).not.toBeNull();
});

it('leaves a lock alone that is just being written', () => {
  writeFileSync(path, '');
  expect(takeSpawnLock(path, process.pid)).toBeNull();
});
