/** Fuzzes the agent's frame scanner and request parsers under the address and undefined-behaviour sanitizers. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { guestSources, languageFlags, sanitizerFlags, warningFlags } from '../../src/guest/build.mjs';

const run = promisify(execFile);
const guestDir = join(import.meta.dirname, '..', '..', 'src', 'guest');
const replaced = ['open', 'fork', 'kill', 'connect', 'waitpid'];
const INPUTS_PER_SEED = 100_000;

let dir = '';
const driver = (): string => join(dir, 'guest-fuzz');

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'guest-fuzz-'));
  const sources = (await guestSources()).filter((name) => name.endsWith('.c') && name !== 'main.c');
  await run('cc', [
    ...languageFlags,
    ...warningFlags,
    ...sanitizerFlags,
    `-I${guestDir}`,
    ...sources.map((name) => join(guestDir, name)),
    join(import.meta.dirname, 'guest-fuzz.c'),
    join(import.meta.dirname, 'guest-fuzz-system.c'),
    ...replaced.map((name) => `-Wl,--wrap=${name}`),
    '-o',
    driver(),
  ]);
}, 120_000);
afterAll(async () => await rm(dir, { recursive: true, force: true }));

it.each([1, 2])(`survives ${INPUTS_PER_SEED} inputs of seed %i`, { timeout: 120_000 }, async (seed) => {
  const { stderr } = await run(driver(), [String(seed), String(INPUTS_PER_SEED)]);
  const [, processes] = /^100000 inputs, (\d+) processes\n$/.exec(stderr) ?? [];
  // The inputs must get as far as starting processes, or they test nothing but the scanner.
  expect(Number(processes)).toBeGreaterThan(INPUTS_PER_SEED / 20);
});
