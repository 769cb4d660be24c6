/** The log of an owner that runs stays within its bound. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isSameFile, type LineSink, rotating } from '../../../src/log-rotation.ts';

const MAX = 1_000;

let directory = '';
let path = '';
let file = 0;
const toFile: LineSink = { write: (line) => void writeSync(file, line) };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thaw-log-'));
  path = join(directory, 'owner.log');
  file = openSync(path, 'a');
});

afterEach(() => {
  closeSync(file);
  rmSync(directory, { recursive: true });
});

it('sets a full file aside and loses no line of the last two', () => {
  const sink = rotating(toFile, path, MAX);
  const lines = Array.from({ length: 50 }, (_, n) => `${String(n).padStart(99, '.')}\n`);
  for (const line of lines) {
    sink.write(line);
    expect(statSync(path).size).toBeLessThanOrEqual(MAX);
  }
  sink.write('last\n');
  expect(readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8')).toBe(
    `${lines.slice(40).join('')}last\n`,
  );
  expect(existsSync(`${path}.1.new`)).toBe(false);
});

it('counts what an earlier owner wrote', () => {
  writeSync(file, 'x'.repeat(MAX - 1));
  rotating(toFile, path, MAX).write('y\n');
  expect(statSync(path).size).toBe(0);
  expect(statSync(`${path}.1`).size).toBe(MAX + 1);
});

it('stays within its bound when there is no place to set it aside', () => {
  mkdirSync(`${path}.1`);
  writeFileSync(join(`${path}.1`, 'kept'), '');
  const sink = rotating(toFile, path, MAX);
  for (let n = 0; n < 30; n += 1) sink.write(`${'z'.repeat(99)}\n`);
  expect(statSync(path).size).toBeLessThanOrEqual(MAX);
});

it('knows whether a descriptor is the file', () => {
  expect(isSameFile(file, path)).toBe(true);
  expect(isSameFile(file, join(directory, 'other'))).toBe(false);
  writeFileSync(join(directory, 'other'), '');
  expect(isSameFile(file, join(directory, 'other'))).toBe(false);
});
