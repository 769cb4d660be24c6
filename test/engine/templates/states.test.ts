/** The states of snapshots: taken out of use and back, kept warm, made again after a failure, left by an owner that ended. */
import { expect, inject, it, onTestFinished } from 'vitest';
import { openEngine } from '../../../src/engine/engine.ts';
import type { Engine } from '../../../src/engine/options.ts';
import {
  call,
  disposeEngine,
  eventually,
  makeStateDir,
  openTestEngine,
  testEngineOptions,
} from '../../support/open-engine.ts';

const base = (): string => inject('snapshot').image;

it('an inactive snapshot is refused, its sandboxes go on, and it can be used again', async () => {
  const engine = await openTestEngine();
  await engine.snapshots.create({ name: 'mine', imageName: base() }, call());
  await engine.lifecycle.create({ name: 'before', snapshot: 'mine' }, call());
  await expect(engine.snapshots.activate('mine', call())).rejects.toMatchObject({
    code: 'state_conflict',
    message: 'Snapshot mine is already active',
  });
  expect(await engine.snapshots.deactivate('mine', call())).toMatchObject({ state: 'inactive' });
  await expect(engine.lifecycle.create({ snapshot: 'mine' }, call())).rejects.toMatchObject({
    code: 'state_conflict',
    message: 'Snapshot mine is inactive.',
    next: expect.stringContaining('snapshot_activate'),
  });
  await engine.lifecycle.stop('before', { force: true }, call());
  await engine.lifecycle.start('before', call());
  const { children } = await engine.forks.fork('before', { names: ['fork'] }, call());
  expect(children).toMatchObject([{ name: 'fork', state: 'started' }]);
  await expect(engine.snapshots.deactivate('mine', call())).rejects.toMatchObject({
    message: 'Snapshot mine cannot be deactivated - it is in inactive state',
  });
  await engine.snapshots.activate('mine', call());
  const after = await engine.lifecycle.create({ snapshot: 'mine' }, call());
  expect(after).toMatchObject({ state: 'started', snapshot: 'mine' });
  expect(await engine.snapshots.get('mine', call())).toMatchObject({ lastUsedAt: expect.any(String) });
  for (const reference of ['default', 'nobody'])
    await expect(engine.snapshots.deactivate(reference, call())).rejects.toMatchObject({
      code: reference === 'default' ? 'state_conflict' : 'snapshot_not_found',
    });
});

it('a snapshot with a pool of its own is kept warm, across owners, until it is taken out of use', async () => {
  const stateDir = makeStateDir();
  const options = testEngineOptions(stateDir, { pool: { target: 1, refillConcurrency: 2 } });
  let engine: Engine = await openEngine(options);
  onTestFinished(() => disposeEngine(engine, stateDir));
  const parked = (count: number) =>
    eventually(`${count} are parked`, () => engine.status().pool.parked === count);
  await engine.snapshots.create({ name: 'warm', imageName: base(), pool: 2 }, call());
  await parked(3);
  const both = await Promise.all([1, 2].map(() => engine.lifecycle.create({ snapshot: 'warm' }, call())));
  expect(both).toMatchObject([
    { startedFrom: 'warm', snapshot: 'warm' },
    { startedFrom: 'warm', snapshot: 'warm' },
  ]);
  await parked(3);
  await engine.close({ sandboxes: 'keep' });
  engine = await openEngine(options);
  await parked(3);
  await engine.snapshots.deactivate('warm', call());
  await parked(1);
});

it('a failed snapshot gives its name up, and an owner that ends in the middle leaves one that says so', async () => {
  const stateDir = makeStateDir();
  const options = testEngineOptions(stateDir, { answerWithinMs: 500 });
  let engine: Engine = await openEngine(options);
  onTestFinished(() => disposeEngine(engine, stateDir));
  const buildInfo = { dockerfileContent: `FROM ${base()}\nRUN sleep 1000` };
  expect(await engine.snapshots.create({ name: 'shot', buildInfo }, call())).toMatchObject({
    state: 'building',
  });
  await expect(engine.snapshots.create({ name: 'shot', imageName: base() }, call())).rejects.toMatchObject({
    code: 'name_conflict',
  });
  const box = await engine.lifecycle.create({ name: 'box', buildInfo }, call());
  expect(box.state).toBe('building_snapshot');
  await engine.close({ sandboxes: 'keep' });
  engine = await openEngine({ ...options, answerWithinMs: 30_000 });
  expect(await engine.snapshots.get('shot', call())).toMatchObject({
    state: 'build_failed',
    errorReason: expect.stringContaining('stopped before it was finished'),
  });
  expect(await engine.lifecycle.get('box', call())).toMatchObject({ state: 'build_failed' });
  const again = await engine.snapshots.create({ name: 'shot', imageName: base() }, call());
  expect(again).toMatchObject({ state: 'active', imageName: base() });
  await expect(engine.builds.snapshotLogs('shot', {}, call())).rejects.toMatchObject({ code: 'no_build' });
});
