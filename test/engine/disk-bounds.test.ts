/** Disk use of archives, backups and snapshots on the real engine: bounded, shown, and refused before anything is changed. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { DiskBounds } from '../../src/engine/disk/bounds.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/options.ts';
import {
  call,
  disposeEngine,
  eventually,
  makeStateDir,
  poolIsFull,
  testEngineOptions,
} from '../support/open-engine.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';

const MIB = 1024 ** 2;

interface Space {
  readonly engine: Engine;
  readonly objects: () => string[];
}

async function openBounded(stateDir: string, disk: Partial<DiskBounds>, target = 0): Promise<Space> {
  const pool = { target, refillConcurrency: 1 };
  const engine = await openEngine(testEngineOptions(stateDir, { disk, pool }));
  return { engine, objects: () => readdirSync(join(stateDir, 'objects')) };
}

async function space(disk: Partial<DiskBounds>, target = 0): Promise<Space> {
  const stateDir = makeStateDir();
  const opened = await openBounded(stateDir, disk, target);
  onTestFinished(() => disposeEngine(opened.engine, stateDir));
  return opened;
}

const run = async (engine: Engine, sandbox: string, command: string): Promise<string> =>
  (await engine.exec.exec(sandbox, { command }, call())).stdout;

/** Bytes that no codec makes smaller. */
const fill = (engine: Engine, sandbox: string, mebibytes: number): Promise<string> =>
  run(engine, sandbox, `head -c ${mebibytes * MIB} /dev/urandom > data; sha256sum data > sum`);

const check = (engine: Engine, sandbox: string): Promise<string> =>
  run(engine, sandbox, 'sha256sum -c --quiet sum && echo same');

describe('the bound of archives and backups', () => {
  it('is shown, cuts what would pass it, and leaves the sandbox and its older backup as they were', async () => {
    const { engine, objects } = await space({ archiveBytes: 8 * MIB, minFreeBytes: 0 });
    await engine.lifecycle.create({ name: 'box' }, call());
    await fill(engine, 'box', 2);
    const { storedBytes } = await engine.archives.backup('box', call());
    const before = objects();
    expect((await engine.disk()).archives).toMatchObject({
      count: 1,
      bytes: storedBytes,
      limitBytes: 8 * MIB,
      freeBytes: expect.any(Number),
    });

    await fill(engine, 'box', 12);
    const refusal = { code: 'disk_limit', next: expect.stringContaining('--max-archive-gib') };
    await expect(engine.archives.backup('box', call())).rejects.toMatchObject(refusal);
    expect(await engine.lifecycle.get('box', call())).toMatchObject({
      state: 'started',
      backupState: 'Error',
    });
    expect(await check(engine, 'box')).toBe('same\n');
    expect(objects()).toEqual(before);

    await engine.lifecycle.stop('box', { force: true }, call());
    await expect(engine.archives.archive('box', call())).rejects.toMatchObject(refusal);
    expect(await engine.lifecycle.get('box', call())).toMatchObject({
      state: 'stopped',
      errorReason: expect.stringContaining('could not be archived'),
    });
    expect(objects()).toEqual(before);
    await engine.lifecycle.start('box', call());
    await run(engine, 'box', 'head -c 1000 data > small; mv small data; sha256sum data > sum');
    await engine.lifecycle.stop('box', { force: true }, call());
    await engine.archives.archive('box', call());
    await engine.lifecycle.start('box', call());
    expect(await check(engine, 'box')).toBe('same\n');
  });

  it('refuses before anything is changed when it is reached already', async () => {
    const { engine, objects } = await space({ archiveBytes: 0, minFreeBytes: 0 });
    await engine.lifecycle.create({ name: 'box' }, call());
    const nothing = engine.lifecycle.get('box', call());
    await expect(engine.archives.backup('box', call())).rejects.toMatchObject({ code: 'disk_limit' });
    await engine.lifecycle.stop('box', { force: true }, call());
    const before = await engine.lifecycle.get('box', call());
    await expect(engine.archives.archive('box', call())).rejects.toMatchObject({ code: 'disk_limit' });
    expect(await engine.lifecycle.get('box', call())).toMatchObject({
      state: before.state,
      errorReason: before.errorReason,
      updatedAt: before.updatedAt,
    });
    expect((await nothing).backupState).toBe('None');
    expect(objects()).toEqual([]);
  });
});

describe('the bound of snapshots', () => {
  it('is shown and refuses one that would pass it, with nothing left', async () => {
    const { engine } = await space({ snapshotBytes: 6 * MIB, minFreeBytes: 0 }, 1);
    await poolIsFull(engine);
    await engine.lifecycle.create({ name: 'box' }, call());
    await fill(engine, 'box', 2);
    await engine.snapshots.fromSandbox('box', 'small', call());
    const { snapshots, pools } = await engine.disk();
    expect(snapshots).toMatchObject({ count: 1, limitBytes: 6 * MIB, freeBytes: expect.any(Number) });
    expect(snapshots.bytes).toBeGreaterThanOrEqual(2 * MIB);
    // Containerd's image store keeps the compressed layer beside what it unpacks to.
    expect(snapshots.bytes).toBeLessThan(5 * MIB);
    expect(pools).toMatchObject({ limit: 9, bytes: expect.any(Number) });

    await fill(engine, 'box', 8);
    await expect(engine.snapshots.fromSandbox('box', 'large', call())).rejects.toMatchObject({
      code: 'disk_limit',
      next: expect.stringContaining('snapshot_delete'),
    });
    expect((await engine.snapshots.list({}, call())).items.map(({ name }) => name)).toEqual([
      'small',
      'default',
    ]);
    expect(await engine.lifecycle.get('box', call())).toMatchObject({ state: 'started', errorReason: null });
    await engine.snapshots.delete('small', call());
    expect((await engine.disk()).snapshots).toMatchObject({ count: 0, bytes: 0 });
  });

  it('undoes a build that turns out to pass it', async () => {
    const { engine } = await space({ snapshotBytes: 6 * MIB, minFreeBytes: 0 });
    const dockerfileContent = `FROM ${inject('snapshot').image}\nRUN head -c ${8 * MIB} /dev/urandom > /large\n`;
    await engine.snapshots.create({ name: 'built', buildInfo: { dockerfileContent } }, call());
    const built = () => engine.snapshots.get('built', call());
    await eventually('the build is over', async () => (await built()).state === 'build_failed', 60_000);
    expect(await built()).toMatchObject({ errorReason: expect.stringContaining('would pass the limit') });
    expect((await engine.disk()).snapshots.bytes).toBe(0);
    expect((await engine.prune({ dryRun: true })).filter(({ kind }) => kind === 'image')).toEqual([]);
    await engine.snapshots.delete('built', call());
  });

  it('and the space to be left free refuse on a disk that is too full', async () => {
    const { engine } = await space({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    await engine.lifecycle.create({ name: 'box' }, call());
    const full = { code: 'disk_full', next: expect.stringContaining('--min-free-gib') };
    await expect(engine.snapshots.fromSandbox('box', 'shot', call())).rejects.toMatchObject(full);
    await expect(engine.archives.backup('box', call())).rejects.toMatchObject(full);
    expect((await engine.snapshots.list({}, call())).items).toHaveLength(1);
  });
});

describe('a full disk under the object store', () => {
  async function smallSpace(): Promise<Space & { readonly disk: SmallDisk; readonly stateDir: string }> {
    const stateDir = makeStateDir();
    const disk = mountSmallDisk(stateDir, 12 * MIB);
    const opened = await openBounded(stateDir, { archiveBytes: 1024 * MIB, minFreeBytes: 0 });
    onTestFinished(async () => {
      await opened.engine.close({ sandboxes: 'stop' });
      disk.remove();
    });
    onTestFinished(async () => {
      const { items } = await opened.engine.lifecycle.list({}, call());
      for (const { id } of items) await opened.engine.lifecycle.delete(id, call());
    });
    return { ...opened, disk, stateDir };
  }

  it('fails a backup and an archive, with nothing left, until space is freed', async () => {
    const { engine, objects, disk } = await smallSpace();
    await engine.lifecycle.create({ name: 'box' }, call());
    await fill(engine, 'box', 1);
    await engine.archives.backup('box', call());
    const before = objects();
    await fill(engine, 'box', 6);
    disk.leave(3 * MIB);
    const full = { code: 'disk_full', next: expect.stringContaining('thaw prune') };
    await expect(engine.archives.backup('box', call())).rejects.toMatchObject(full);
    expect(await check(engine, 'box')).toBe('same\n');
    await engine.lifecycle.stop('box', { force: true }, call());
    await expect(engine.archives.archive('box', call())).rejects.toMatchObject(full);
    expect(objects().filter((name) => name !== 'ballast')).toEqual(before);
    expect(await engine.lifecycle.get('box', call())).toMatchObject({ state: 'stopped' });
    await engine.lifecycle.start('box', call());
    expect(await check(engine, 'box')).toBe('same\n');

    disk.free();
    await engine.lifecycle.stop('box', { force: true }, call());
    expect(await engine.archives.archive('box', call())).toMatchObject({ state: 'archived' });
    expect(objects()).toHaveLength(1);
    expect(objects()).not.toEqual(before);
    await engine.lifecycle.start('box', call());
    expect(await check(engine, 'box')).toBe('same\n');
  });
});
