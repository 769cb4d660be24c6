/** Fuzzes the sandbox's SFTP server under the address and undefined-behaviour sanitizers. Needs root: it locks itself in. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { guestSources, languageFlags, sanitizerFlags, warningFlags } from '../../src/guest/build.mjs';

const run = promisify(execFile);
const guestDir = join(import.meta.dirname, '..', '..', 'src', 'guest');
const SESSIONS_PER_SEED = 20_000;

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sftp-fuzz-'));
  const sources = (await guestSources()).filter((name) => /^sftp-.*\.c$/.test(name));
  await run('cc', [
    ...languageFlags,
    ...warningFlags,
    ...sanitizerFlags,
    `-I${guestDir}`,
    ...sources.map((name) => join(guestDir, name)),
    join(import.meta.dirname, 'sftp-fuzz.c'),
    '-o',
    join(dir, 'sftp-fuzz'),
  ]);
}, 120_000);
afterAll(async () => await rm(dir, { recursive: true, force: true }));

it.each([1, 2])(`survives ${SESSIONS_PER_SEED} sessions of seed %i`, { timeout: 120_000 }, async (seed) => {
  const root = join(dir, `root-${seed}`);
  await mkdir(join(root, 'home'), { recursive: true });
  await writeFile(join(root, 'canary'), 'as it was', { mode: 0o644 });
  await chmod(join(root, 'home'), 0o777);
  const { stdout } = await run(join(dir, 'sftp-fuzz'), [String(seed), String(SESSIONS_PER_SEED), root], {
    // It has no /proc to look for leaks in; what the server allocates has a descriptor, and these are counted.
    env: { ASAN_OPTIONS: 'detect_leaks=0' },
  });
  const [, whole = 0, cut = 0, next = 0] = (
    /^(\d+) whole, (\d+) cut, next descriptor (\d+)$/m.exec(stdout) ?? []
  ).map(Number);
  // Both kinds, or the inputs test nothing but one way out.
  expect(whole).toBeGreaterThan(SESSIONS_PER_SEED / 4);
  expect(cut).toBeGreaterThan(SESSIONS_PER_SEED / 10);
  // Standard streams, the session and the sink: nothing else is open.
  expect(next).toBe(5);
  expect((await readdir(root)).sort()).toEqual(['canary', 'home']);
});
