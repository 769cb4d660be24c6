/** The disk of the object store is full, and the owner is killed with SIGKILL while it writes to it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/options.ts';
import { type BundledProgram, bundleProgram } from '../support/bundle-program.ts';
import { call, makeStateDir, testEngineOptions } from '../support/open-engine.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';

const MIB = 1024 ** 2;

let stateDir = '';
let disk: SmallDisk;
let engine: Engine | null = null;

const open = async (): Promise<Engine> => {
  engine = await openEngine(
    testEngineOptions(stateDir, { disk: { archiveBytes: 1024 * MIB, minFreeBytes: 0 } }),
  );
  return engine;
};

const run = async (owner: Engine, command: string): Promise<string> =>
  (await owner.exec.exec('box', { command }, call())).stdout;

/** An owner that writes the files of the sandbox to the object store, and dies when the disk has got the first of them. */
async function crashWhileWriting(operation: 'backup' | 'archive'): Promise<void> {
  const scenario = {
    stateDir,
    operation,
    endpoint: inject('endpoint'),
    snapshot: inject('snapshot'),
    agentBinary: inject('agentBinary'),
  };
  const child = spawn(process.execPath, [program.file, JSON.stringify(scenario)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [, signal] = await once(child, 'exit');
  expect(signal, 'the owner died while it wrote').toBe('SIGKILL');
}

const objects = (): string[] => readdirSync(join(stateDir, 'objects')).sort();

let program: BundledProgram;
beforeAll(async () => {
  program = await bundleProgram('test/support/full-disk-owner.ts');
});
afterAll(() => program.remove());

beforeEach(() => {
  stateDir = makeStateDir();
  disk = mountSmallDisk(stateDir, 8 * MIB);
});

afterEach(async () => {
  const owner = engine ?? (await open());
  const { items } = await owner.lifecycle.list({}, call());
  for (const { id } of items) await owner.lifecycle.delete(id, call());
  await owner.close({ sandboxes: 'stop' });
  engine = null;
  disk.remove();
  rmSync(stateDir, { recursive: true, force: true });
});

describe('kill -9 of the owner on a full disk', () => {
  it.each([
    { operation: 'backup', state: 'started' },
    { operation: 'archive', state: 'stopped' },
  ] as const)(
    'in a $operation leaves the sandbox and its older backup, and nothing else',
    async (scenario) => {
      const { operation, state } = scenario;
      const before = await open();
      await before.lifecycle.create({ name: 'box' }, call());
      await run(before, 'echo old > note');
      await before.archives.backup('box', call());
      const kept = objects();
      await run(before, 'echo new > note; head -c 20000000 /dev/urandom > data; sha256sum data > sum');
      if (operation === 'archive') await before.lifecycle.stop('box', { force: true }, call());
      await before.close({ sandboxes: 'keep' });
      await crashWhileWriting(operation);
      expect(objects().length, 'half an object is there').toBe(kept.length + 1);

      const owner = await open();
      expect(objects()).toEqual(kept);
      expect(await owner.lifecycle.get('box', call())).toMatchObject({ state });
      // It does not fit, whoever tries.
      await expect(owner.archives[operation]('box', call())).rejects.toMatchObject({ code: 'disk_full' });
      expect(objects()).toEqual(kept);
      await owner.lifecycle.start('box', call());
      expect(await run(owner, 'sha256sum -c --quiet sum && cat note')).toBe('new\n');

      await run(owner, 'rm data sum');
      await owner.lifecycle.stop('box', { force: true }, call());
      await owner.archives.archive('box', call());
      expect(objects()).toHaveLength(1);
      await owner.lifecycle.start('box', call());
      expect(await run(owner, 'cat note; ls')).toBe('new\nnote\n');
    },
  );
});
