/** What belongs to another organization is answered exactly like what does not exist, by every operation. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallContext } from '../../../src/backend/port.ts';
import type { Engine } from '../../../src/engine/options.ts';
import { toThawError } from '../../../src/errors.ts';
import { newUuid } from '../../../src/ids.ts';
import { call } from '../../support/open-engine.ts';
import { SimulatedEngine } from '../../support/simulated-engine.ts';

const simulated = new SimulatedEngine();
const other: CallContext = { ...call(), organizationId: newUuid() };
const own = call();
let sandbox = '';
let volume = '';

beforeAll(async () => {
  await simulated.open();
  const { lifecycle, volumes } = simulated.engine;
  sandbox = (await lifecycle.create({ name: 'thing-7x' }, own)).id;
  volume = (await volumes.create({ name: 'files-7x' }, own)).id;
});

afterAll(async () => {
  await simulated.engine.volumes.delete(volume, own);
  expect(await simulated.dispose()).toEqual([]);
});

/** Every operation that names a sandbox. */
const sandboxOperations: Readonly<Record<string, (engine: Engine, name: string) => Promise<unknown>>> = {
  get: (engine, name) => engine.lifecycle.get(name, other),
  start: (engine, name) => engine.lifecycle.start(name, other),
  stop: (engine, name) => engine.lifecycle.stop(name, { force: false }, other),
  delete: (engine, name) => engine.lifecycle.delete(name, other),
  pause: (engine, name) => engine.lifecycle.pause(name, other),
  resume: (engine, name) => engine.lifecycle.resume(name, other),
  recover: (engine, name) => engine.lifecycle.recover(name, { skipStart: false }, other),
  resize: (engine, name) => engine.lifecycle.resize(name, { cpu: 2 }, other),
  setLabels: (engine, name) => engine.settings.setLabels(name, {}, other),
  setPublic: (engine, name) => engine.settings.setPublic(name, true, other),
  touch: (engine, name) => engine.settings.touch(name, other),
  setAutoStop: (engine, name) => engine.settings.setAutoStop(name, 1, other),
  setAutoArchive: (engine, name) => engine.settings.setAutoArchive(name, 1, other),
  setAutoDelete: (engine, name) => engine.settings.setAutoDelete(name, 1, other),
  setTtl: (engine, name) => engine.settings.setTtl(name, 1, other),
  fork: (engine, name) => engine.forks.fork(name, {}, other),
  children: (engine, name) => engine.forks.children(name, other),
  parent: (engine, name) => engine.forks.parent(name, other),
  ancestors: (engine, name) => engine.forks.ancestors(name, other),
  archive: (engine, name) => engine.archives.archive(name, other),
  backup: (engine, name) => engine.archives.backup(name, other),
  fromSandbox: (engine, name) => engine.snapshots.fromSandbox(name, 'copy', other),
  rootfs: (engine, name) =>
    engine.snapshots.create({ name: 'copy', rootfs: { sandbox: name, path: '/x' } }, other),
  sandboxLogs: (engine, name) => engine.builds.sandboxLogs(name, {}, other),
  sandboxLogsUrl: (engine, name) => engine.builds.sandboxLogsUrl(name, other),
  exec: (engine, name) => engine.exec.exec(name, { command: 'true' }, other),
  read: (engine, name) => engine.files.read(name, { path: '/x' }, other),
  write: (engine, name) => engine.files.write(name, { path: '/x', content: '' }, other),
  list: (engine, name) => engine.files.list(name, { path: '/' }, other),
  createSsh: (engine, name) => engine.ssh.create(name, { expiresInMinutes: 1 }, other),
  revokeSsh: (engine, name) => engine.ssh.revoke(name, null, other),
  ports: (engine, name) => engine.previews.ports(name, other),
  networkSet: (engine, name) => engine.network.set(name, { networkBlockAll: true }, other),
  networkLog: (engine, name) => engine.network.log(name, { limit: 1 }, other),
};

/** The error without the name that was asked for. */
async function failure(name: string, work: () => Promise<unknown>) {
  try {
    return { answered: await work() };
  } catch (error) {
    const { code, message, next, context } = toThawError(error);
    return { code, message: message.replaceAll(name, 'NAME'), next, context };
  }
}

describe('a sandbox of another organization', () => {
  it.each(Object.entries(sandboxOperations))('is unknown to %s, by id and by name', async (_, operation) => {
    for (const [known, unknown] of [
      [sandbox, newUuid()],
      ['thing-7x', 'thing-8y'],
    ] as const) {
      const expected = await failure(unknown, () => operation(simulated.engine, unknown));
      expect(expected).toHaveProperty('code', 'sandbox_not_found');
      expect(await failure(known, () => operation(simulated.engine, known))).toEqual(expected);
    }
  });

  it('is in no list, and leaves its name free', async () => {
    const { lifecycle } = simulated.engine;
    expect((await lifecycle.list({}, other)).items).toEqual([]);
    const twin = await lifecycle.create({ name: 'thing-7x' }, other);
    expect(twin.organizationId).toBe(other.organizationId);
    expect(twin.id).not.toBe(sandbox);
    expect((await lifecycle.get('thing-7x', other)).id).toBe(twin.id);
    expect((await lifecycle.get('thing-7x', own)).id).toBe(sandbox);
    await expect(lifecycle.create({ name: 'thing-7x' }, other)).rejects.toMatchObject({
      code: 'name_conflict',
    });
    await lifecycle.delete('thing-7x', other);
    expect((await lifecycle.get('thing-7x', own)).id).toBe(sandbox);
  });

  it('stays where it is when another owner takes over', async () => {
    const { id } = await simulated.engine.lifecycle.create({ name: 'kept' }, other);
    await simulated.replaceOwner();
    expect((await simulated.engine.lifecycle.get('kept', other)).id).toBe(id);
    await expect(simulated.engine.lifecycle.get(id, own)).rejects.toMatchObject({
      code: 'sandbox_not_found',
    });
    await simulated.engine.lifecycle.delete(id, other);
  });
});

it("the owner's own organization is the one of callers without one", async () => {
  const { organizationId } = await simulated.engine.lifecycle.get('thing-7x', own);
  expect((await simulated.engine.lifecycle.get('thing-7x', { ...own, organizationId })).id).toBe(sandbox);
});

it('a volume of another organization is unknown, and leaves its name free', async () => {
  const { volumes, lifecycle } = simulated.engine;
  for (const [known, unknown] of [
    [volume, newUuid()],
    ['files-7x', 'files-8y'],
  ] as const) {
    const mount = (name: string) =>
      lifecycle.create({ volumes: [{ volumeId: name, mountPath: '/data' }] }, other);
    for (const work of [
      (name: string) => volumes.get(name, other),
      (name: string) => volumes.delete(name, other),
      mount,
    ]) {
      const expected = await failure(unknown, () => work(unknown));
      expect(expected).toHaveProperty('code', 'volume_not_found');
      expect(await failure(known, () => work(known))).toEqual(expected);
    }
  }
  expect(await volumes.list(other)).toEqual([]);
  const twin = await volumes.create({ name: 'files-7x' }, other);
  expect(twin.organizationId).toBe(other.organizationId);
  expect((await volumes.get('files-7x', own)).id).toBe(volume);
  await volumes.delete('files-7x', other);
});

it('the default snapshot is for all', async () => {
  const { snapshots } = simulated.engine;
  expect((await snapshots.list({}, other)).items.map(({ name }) => name)).toEqual(['default']);
  expect((await snapshots.get('default', other)).general).toBe(true);
});
