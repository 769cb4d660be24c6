/** Volumes on a real Docker Engine: who may use them, what they outlive, and what they are not copied into. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/options.ts';
import {
  call,
  disposeEngine,
  makeStateDir,
  openTestEngine,
  poolIsFull,
  testEngineOptions,
} from '../support/open-engine.ts';

const run = async (engine: Engine, sandbox: string, command: string, user?: string): Promise<string> => {
  const as = user === undefined ? {} : { user };
  const result = await engine.exec.exec(sandbox, { command, ...as }, call());
  expect(result.stderr, command).toBe('');
  return result.stdout;
};

const at = (mountPath: string, volumeId = 'data') => ({ volumes: [{ volumeId, mountPath }] });

/** Docker's volumes for sandboxes, whoever owns them. */
const dockerVolumes = (): Promise<readonly string[]> =>
  createDockerClient(inject('endpoint')).listVolumes({ 'thaw.role': 'volume' });

describe('a volume', () => {
  it('is shared by sandboxes, each at its own path, and written to by any user', async () => {
    const engine = await openTestEngine({ pool: { target: 1, refillConcurrency: 1 } });
    await poolIsFull(engine);
    const volume = await engine.volumes.create({ name: 'data' }, call());
    expect(volume).toMatchObject({ name: 'data', state: 'ready', errorReason: null, lastUsedAt: null });
    const one = await engine.lifecycle.create({ name: 'one', ...at('/mnt/deep/data') }, call());
    // A parked container has no volumes, so one that is asked for makes the start a cold one.
    expect(one).toMatchObject({
      startedFrom: 'cold',
      volumes: [{ volumeId: volume.id, mountPath: '/mnt/deep/data' }],
    });
    await engine.lifecycle.create({ name: 'two', ...at('/data', volume.id) }, call());
    await run(engine, 'one', 'echo from-one > /mnt/deep/data/shared');
    expect(await run(engine, 'two', 'cat /data/shared; echo two >> /data/shared')).toBe('from-one\n');
    await run(engine, 'two', 'echo root > /data/of-root; rm /data/of-root', 'root');
    expect(await run(engine, 'one', 'cat /mnt/deep/data/shared')).toBe('from-one\ntwo\n');
    expect((await engine.volumes.get('data', call())).lastUsedAt).not.toBeNull();
    expect(await engine.lifecycle.create({ name: 'plain', volumes: [] }, call())).toMatchObject({
      startedFrom: 'warm',
    });
  });

  it('is not filled with what the image has at its path', async () => {
    const engine = await openTestEngine();
    await engine.volumes.create({ name: 'data' }, call());
    await engine.lifecycle.create({ name: 'box', ...at('/usr/share') }, call());
    expect(await run(engine, 'box', 'ls -A /usr/share; stat -c %a /usr/share')).toBe('777\n');
  });

  it('survives stop, start, archive, recovery and the sandbox itself, and is in no copy of its files', async () => {
    const stateDir = makeStateDir();
    const engine = await openEngine(testEngineOptions(stateDir));
    onTestFinished(() => disposeEngine(engine, stateDir));
    await engine.volumes.create({ name: 'data' }, call());
    await engine.lifecycle.create({ name: 'box', ...at('/data') }, call());
    await run(engine, 'box', 'head -c 3000000 /dev/urandom > /data/big; echo own > ~/own');
    const sum = await run(engine, 'box', 'sha256sum /data/big');
    const backup = await engine.archives.backup('box', call());
    expect(backup.storedBytes, 'the volume is not in the backup').toBeLessThan(100_000);
    await engine.lifecycle.stop('box', { force: true }, call());
    await engine.lifecycle.start('box', call());
    expect(await run(engine, 'box', 'sha256sum /data/big')).toBe(sum);
    await engine.lifecycle.stop('box', { force: true }, call());
    await engine.archives.archive('box', call());
    await expect(engine.volumes.delete('data', call())).rejects.toMatchObject({ code: 'state_conflict' });
    const [objects, away] = [join(stateDir, 'objects'), join(stateDir, 'away')];
    renameSync(objects, away);
    await expect(engine.lifecycle.start('box', call())).rejects.toMatchObject({ code: 'archive_damaged' });
    renameSync(away, objects);
    await engine.lifecycle.recover('box', { skipStart: false }, call());
    expect(await run(engine, 'box', 'sha256sum /data/big; cat ~/own; stat -c %a /data')).toBe(
      `${sum}own\n777\n`,
    );

    await engine.snapshots.fromSandbox('box', 'without-volume', call());
    await engine.lifecycle.create({ name: 'plain', snapshot: 'without-volume' }, call());
    expect(await run(engine, 'plain', 'ls -A /data; cat ~/own')).toBe('own\n');
    await engine.lifecycle.delete('plain', call());
    await engine.snapshots.delete('without-volume', call());

    await engine.lifecycle.delete('box', call());
    await engine.lifecycle.create({ name: 'next', ...at('/elsewhere') }, call());
    expect((await run(engine, 'next', 'sha256sum /elsewhere/big')).slice(0, 64)).toBe(sum.slice(0, 64));
  });

  it('is shared by forks, which are never made of parked containers', async () => {
    const engine = await openTestEngine({ pool: { target: 1, refillConcurrency: 1 } });
    await engine.volumes.create({ name: 'data' }, call());
    await engine.lifecycle.create({ name: 'source', ...at('/data') }, call());
    await run(engine, 'source', 'echo shared > /data/file; echo copied > ~/own');
    await poolIsFull(engine);
    const { hits } = engine.status().pool;
    const { children } = await engine.forks.fork('source', { names: ['a', 'b'] }, call());
    expect(children.map(({ error }) => error)).toEqual([null, null]);
    expect(engine.status().pool.hits).toBe(hits);
    expect(await run(engine, 'a', 'cat /data/file ~/own; echo of-a > /data/file')).toBe('shared\ncopied\n');
    for (const name of ['source', 'b']) expect(await run(engine, name, 'cat /data/file')).toBe('of-a\n');
    expect((await engine.lifecycle.get('b', call())).volumes).toMatchObject([{ mountPath: '/data' }]);
  });
});

describe('a volume is refused', () => {
  it('with the words of the API, and nothing is changed', async () => {
    const engine = await openTestEngine();
    const data = await engine.volumes.create({ name: 'data' }, call());
    await expect(engine.volumes.create({ name: 'data' }, call())).rejects.toMatchObject({
      code: 'name_conflict',
      message: 'Volume with name data already exists',
    });
    await expect(engine.lifecycle.create(at('/a', 'nope'), call())).rejects.toMatchObject({
      code: 'volume_not_found',
      message: "Volume 'nope' not found",
    });
    await expect(engine.lifecycle.create(at('/.thaw/x'), call())).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    const subpath = { volumes: [{ volumeId: 'data', mountPath: '/a', subpath: 'b' }] };
    await expect(engine.lifecycle.create(subpath, call())).rejects.toMatchObject({ code: 'unsupported' });
    await engine.volumes.create({ name: data.id }, call());
    await expect(engine.lifecycle.create(at('/a', data.id), call())).rejects.toMatchObject({
      message: expect.stringContaining("matches one volume's ID and another volume's name"),
    });
    await expect(engine.volumes.get('nope', call())).rejects.toMatchObject({
      code: 'volume_not_found',
      message: 'Volume with name nope not found',
      context: { existing: expect.arrayContaining(['data']) },
    });
    expect((await engine.lifecycle.list({}, call())).total).toBe(0);
    expect(await dockerVolumes()).toHaveLength(2);
  });

  it('for deletion while a sandbox has it, in whatever state; then it goes with its files', async () => {
    const engine = await openTestEngine();
    await engine.volumes.create({ name: 'data' }, call());
    await engine.lifecycle.create({ name: 'user', ...at('/data') }, call());
    await engine.lifecycle.stop('user', { force: true }, call());
    await expect(engine.volumes.delete('data', call())).rejects.toMatchObject({
      code: 'state_conflict',
      httpStatus: 409,
      message: 'Volume cannot be deleted because it is in use by one or more sandboxes (e.g. user)',
    });
    await engine.lifecycle.delete('user', call());
    expect(await engine.volumes.delete('data', call())).toMatchObject({ name: 'data', state: 'deleted' });
    expect(await dockerVolumes()).toEqual([]);
    expect(await engine.volumes.list(call())).toEqual([]);
    await expect(engine.volumes.delete('data', call())).rejects.toMatchObject({ code: 'volume_not_found' });
  });

  it('as gone when it was removed from outside, and no other is made in its place', async () => {
    const engine = await openTestEngine();
    const volume = await engine.volumes.create({ name: 'data' }, call());
    const docker = createDockerClient(inject('endpoint'));
    const [name = ''] = await dockerVolumes();
    await docker.removeVolume(name);
    await expect(engine.lifecycle.create(at('/data', volume.id), call())).rejects.toMatchObject({
      code: 'volume_not_found',
    });
    expect(await dockerVolumes()).toEqual([]);
    expect((await engine.lifecycle.list({}, call())).total).toBe(0);
  });
});

it('volumes and their mounts are there for the next owner, and stay when no sandbox does', async () => {
  const stateDir = makeStateDir();
  const first = await openEngine(testEngineOptions(stateDir));
  await first.volumes.create({ name: 'data' }, call());
  await first.lifecycle.create({ name: 'box', ...at('/data') }, call());
  await run(first, 'box', 'echo kept > /data/file');
  await first.close({ sandboxes: 'keep' });
  const second = await openEngine(testEngineOptions(stateDir));
  expect(await run(second, 'box', 'cat /data/file')).toBe('kept\n');
  await second.lifecycle.delete('box', call());
  await second.close({ sandboxes: 'stop' });
  expect(await dockerVolumes()).toHaveLength(1);
  const third = await openEngine(testEngineOptions(stateDir));
  onTestFinished(() => disposeEngine(third, stateDir));
  await third.lifecycle.create({ name: 'again', ...at('/data') }, call());
  expect(await run(third, 'again', 'cat /data/file')).toBe('kept\n');
});
