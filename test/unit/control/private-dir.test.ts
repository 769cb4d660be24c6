/** Directories for one user only. */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensurePrivateDir } from '../../../src/control/private-dir.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'thaw-dir-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

it('makes it with its parents, and takes others’ rights away from one that is there', () => {
  const path = join(root, 'a', 'b');
  ensurePrivateDir(path);
  expect(modeOf(path)).toBe(0o700);
  chmodSync(path, 0o755);
  ensurePrivateDir(path);
  expect(modeOf(path)).toBe(0o700);
});

it('refuses a link and a file', () => {
  mkdirSync(join(root, 'real'));
  symlinkSync(join(root, 'real'), join(root, 'link'));
  expect(() => ensurePrivateDir(join(root, 'link'))).toThrow('is not a directory');
  writeFileSync(join(root, 'file'), '');
  expect(() => ensurePrivateDir(join(root, 'file'))).toThrow();
});

it('refuses what belongs to somebody else', () => {
  const path = join(root, 'theirs');
  mkdirSync(path);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(path, 12_345, 12_345);
  expect(() => ensurePrivateDir(isRoot ? path : '/')).toThrow('belongs to another user');
});
