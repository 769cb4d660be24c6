/** `thaw prune` on the real engine: what nothing needs goes, and everything that somebody needs is as it was. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { labelsFor, ownerFilter, ROLE_LABEL } from '../../src/engine/labels.ts';
import type { Engine } from '../../src/engine/options.ts';
import { Store } from '../../src/engine/store/store.ts';
import { newSandboxId } from '../../src/ids.ts';
import { call, disposeEngine, makeStateDir, poolIsFull, testEngineOptions } from '../support/open-engine.ts';

const run = async (engine: Engine, sandbox: string, command: string): Promise<string> =>
  (await engine.exec.exec(sandbox, { command }, call())).stdout;

interface Space {
  readonly engine: Engine;
  readonly owner: string;
  readonly objects: () => string[];
  readonly put: (object: string) => void;
}

async function open(): Promise<Space> {
  const stateDir = makeStateDir();
  const engine = await openEngine(testEngineOptions(stateDir, { pool: { target: 1, refillConcurrency: 1 } }));
  onTestFinished(() => disposeEngine(engine, stateDir));
  const store = new Store(join(stateDir, 'thaw.db'));
  const owner = store.meta('owner') ?? '';
  store.close();
  const directory = join(stateDir, 'objects');
  return {
    engine,
    owner,
    objects: () => readdirSync(directory).sort(),
    put: (object) => writeFileSync(join(directory, object), 'x'.repeat(5_000)),
  };
}

/** One sandbox of each kind that keeps something on the disks, all with a file that says who it is. */
async function fill(engine: Engine): Promise<void> {
  for (const name of ['running', 'stopped', 'archived', 'backed', 'paused']) {
    await engine.lifecycle.create({ name }, call());
    await run(engine, name, `echo ${name} > who`);
  }
  await engine.lifecycle.stop('stopped', { force: true }, call());
  await engine.lifecycle.stop('archived', { force: true }, call());
  await engine.archives.archive('archived', call());
  await engine.archives.backup('backed', call());
  await engine.lifecycle.pause('paused', call());
  await engine.snapshots.fromSandbox('running', 'used', call());
  await engine.snapshots.fromSandbox('running', 'unused', call());
  await engine.lifecycle.create({ name: 'child', snapshot: 'used' }, call());
  await engine.lifecycle.stop('child', { force: true }, call());
}

async function expectAllThere(engine: Engine): Promise<void> {
  for (const name of ['running', 'stopped', 'archived', 'backed', 'paused']) {
    await engine.lifecycle.start(name, call());
    expect(await run(engine, name, 'cat who'), name).toBe(`${name}\n`);
  }
  await engine.lifecycle.start('child', call());
  expect(await run(engine, 'child', 'cat who')).toBe('running\n');
  await engine.lifecycle.create({ name: 'late', snapshot: 'unused' }, call());
  expect(await run(engine, 'late', 'cat who')).toBe('running\n');
}

it('frees what nothing needs and nothing else, and a dry run only tells', async () => {
  const { engine, owner, objects, put } = await open();
  const docker = createDockerClient(inject('endpoint'));
  await fill(engine);
  await poolIsFull(engine);
  expect((await engine.prune({ dryRun: true })).filter(({ kind }) => kind !== 'pool')).toEqual([]);
  const kept = objects();
  expect(kept).toHaveLength(2);

  // An object of nobody, half an object, a container and an image without a record, a volume of an earlier agent.
  put(`${newSandboxId()}-00000000.tar.zst`);
  put('half.tar.zst.partial');
  const stray = await docker.createContainer({
    name: `thaw-${owner}-stray`,
    image: inject('snapshot').image,
    entrypoint: ['/none'],
    labels: labelsFor(owner, 'sandbox', newSandboxId()),
    network: 'none',
    mounts: [],
    capabilities: { drop: ['ALL'], add: [] },
    securityOptions: [],
  });
  const image = `thaw/${owner}:stray`;
  await docker.commitContainer(stray, image, { labels: labelsFor(owner, 'snapshot') });
  const volume = `thaw-${owner}-agent-000000000000`;
  await docker.ensureVolume(volume, labelsFor(owner, 'agent'));

  const told = await engine.prune({ dryRun: true });
  const kindsOf = (items: typeof told) => [...new Set(items.map(({ kind }) => kind))].sort();
  expect(kindsOf(told)).toEqual(['container', 'image', 'object', 'volume']);
  expect(objects()).toHaveLength(4);
  expect(await docker.inspectContainer(stray)).not.toBeNull();

  const gone = await engine.prune({ dryRun: false });
  expect(gone).toEqual(told);
  expect(gone.filter(({ kind }) => kind === 'object').map(({ bytes }) => bytes)).toEqual([5_000, 5_000]);
  expect(objects()).toEqual(kept);
  expect(await docker.inspectContainer(stray)).toBeNull();
  expect(await docker.inspectImage(image)).toBeNull();
  expect(await docker.listVolumes({ ...ownerFilter(owner), [ROLE_LABEL]: 'agent' })).not.toContain(volume);
  expect(await engine.prune({ dryRun: false })).toEqual([]);
  await expectAllThere(engine);
});

it('lets pools of snapshots go that no sandbox has, and takes nothing from work that is under way', async () => {
  const { engine, objects } = await open();
  await engine.lifecycle.create({ name: 'box' }, call());
  await run(engine, 'box', 'head -c 3000000 /dev/urandom > data; sha256sum data > sum');
  await engine.snapshots.fromSandbox('box', 'shot', call());
  await engine.lifecycle.create({ name: 'child', snapshot: 'shot' }, call());
  await poolIsFull(engine);
  expect(engine.status().pool.parked).toBe(2);
  expect((await engine.prune({ dryRun: true })).map(({ kind }) => kind)).toEqual([]);
  await engine.lifecycle.delete('child', call());
  expect(await engine.prune({ dryRun: false })).toMatchObject([{ kind: 'pool', what: 'shot (1 parked)' }]);
  expect(engine.status().pool.parked).toBe(1);

  // Creates, a backup, a fork and a snapshot at the same time as prunes without a pause.
  let isOver = false;
  const pruning = (async (): Promise<void> => {
    const over = (): boolean => isOver;
    while (!over()) expect(await engine.prune({ dryRun: false })).toEqual([]);
  })();
  await Promise.all([
    ...['a', 'b', 'c'].map((name) => engine.lifecycle.create({ name }, call())),
    (async () => {
      await engine.archives.backup('box', call());
      const { children } = await engine.forks.fork('box', { names: ['one', 'two'] }, call());
      expect(children.map(({ error }) => error)).toEqual([null, null]);
      await engine.snapshots.fromSandbox('box', 'second', call());
    })(),
  ]).finally(() => {
    isOver = true;
  });
  await pruning;
  for (const name of ['box', 'one', 'two'])
    expect(await run(engine, name, 'sha256sum -c --quiet sum && echo same')).toBe('same\n');
  // The backup, and what the fork began with.
  expect(objects()).toHaveLength(2);
  await engine.lifecycle.stop('box', { force: true }, call());
  await engine.archives.archive('box', call());
  await engine.lifecycle.start('box', call());
  expect(await run(engine, 'box', 'sha256sum -c --quiet sum && echo same')).toBe('same\n');
});
