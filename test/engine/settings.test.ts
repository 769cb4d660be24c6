/** Settings, recovery and lists on a real Docker Engine. */
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import { openEngine } from '../../src/engine/engine.ts';
import {
  call,
  disposeEngine,
  eventually,
  makeStateDir,
  openTestEngine,
  testEngineOptions,
} from '../support/open-engine.ts';

const MINUTE = 60_000;

describe('settings', () => {
  it('can be changed in every state, and survive the owner', async () => {
    const stateDir = makeStateDir();
    let engine = await openEngine(testEngineOptions(stateDir));
    onTestFinished(() => disposeEngine(engine, stateDir));
    const { createdAt } = await engine.lifecycle.create({ name: 'box', labels: { old: '1' } }, call());
    const { settings } = engine;
    expect(await settings.setLabels('box', { new: '2' }, call())).toMatchObject({ labels: { new: '2' } });
    await engine.lifecycle.pause('box', call());
    expect(await settings.setPublic('box', true, call())).toMatchObject({ public: true, state: 'paused' });
    await engine.lifecycle.stop('box', { force: true }, call());
    await settings.setAutoStop('box', 7, call());
    await settings.setAutoDelete('box', 90, call());
    await settings.setAutoArchive('box', 0, call());
    await settings.setTtl('box', 120, call());
    await engine.close({ sandboxes: 'keep' });

    engine = await openEngine(testEngineOptions(stateDir));
    expect(await engine.lifecycle.get('box', call())).toMatchObject({
      labels: { new: '2' },
      public: true,
      state: 'stopped',
      autoStopInterval: 7,
      autoDeleteInterval: 90,
      autoArchiveInterval: 43_200,
      autoDestroyAt: new Date(Date.parse(createdAt) + 120 * MINUTE).toISOString(),
    });
    expect(await engine.settings.setTtl('box', 0, call())).toMatchObject({ autoDestroyAt: null });
    await expect(engine.settings.setLabels('bxo', {}, call())).rejects.toMatchObject({
      code: 'sandbox_not_found',
    });
  });

  it('note activity', async () => {
    const engine = await openTestEngine();
    const { lastActivityAt = '' } = await engine.lifecycle.create({ name: 'box' }, call());
    await new Promise((resolve) => setTimeout(resolve, 5));
    const touched = await engine.settings.touch('box', call());
    expect(Date.parse(touched.lastActivityAt ?? '')).toBeGreaterThan(Date.parse(lastActivityAt));
  });

  it('refuse an archive interval where nothing can be archived', async () => {
    const engine = await openTestEngine({ helper: 'off' });
    await engine.lifecycle.create({ name: 'box' }, call());
    await expect(engine.settings.setAutoArchive('box', 5, call())).rejects.toMatchObject({
      code: 'unsupported',
    });
  });
});

describe('recovery', () => {
  /** A sandbox whose start failed: its container's agent is hidden for the moment. */
  async function openFailed(name: string) {
    const docker = createDockerClient(inject('endpoint'));
    let broken = false;
    const failing = {
      ...docker,
      startContainer: async (id: Parameters<typeof docker.startContainer>[0]) => {
        if (broken) throw new Error('the daemon is having a bad day');
        await docker.startContainer(id);
      },
    };
    const stateDir = makeStateDir();
    const engine = await openEngine({ ...testEngineOptions(stateDir), docker: failing });
    onTestFinished(() => disposeEngine(engine, stateDir));
    await engine.lifecycle.create({ name }, call());
    await engine.exec.exec(name, { command: 'echo kept > note' }, call());
    await engine.lifecycle.stop(name, { force: true }, call());
    broken = true;
    await expect(engine.lifecycle.start(name, call())).rejects.toThrow();
    broken = false;
    return engine;
  }

  it('starts a failed sandbox, or leaves it stopped', async () => {
    const engine = await openFailed('box');
    expect(await engine.lifecycle.get('box', call())).toMatchObject({ state: 'error', recoverable: true });
    await expect(engine.lifecycle.stop('box', { force: true }, call())).rejects.toMatchObject({
      code: 'state_conflict',
      message: expect.stringContaining('Sandbox is in an errored state'),
    });
    expect(await engine.lifecycle.recover('box', { skipStart: true }, call())).toMatchObject({
      state: 'stopped',
      errorReason: null,
      recoverable: false,
    });
    await expect(engine.lifecycle.recover('box', { skipStart: false }, call())).rejects.toMatchObject({
      code: 'state_conflict',
      message: expect.stringContaining('Sandbox must be in error state to recover'),
    });
    await engine.lifecycle.start('box', call());
    expect((await engine.exec.exec('box', { command: 'cat note' }, call())).stdout).toBe('kept\n');
  });

  it('is what a start of a failed sandbox is, too', async () => {
    const engine = await openFailed('box');
    expect(await engine.lifecycle.start('box', call())).toMatchObject({
      state: 'started',
      recoverable: false,
    });
    expect((await engine.exec.exec('box', { command: 'cat note' }, call())).stdout).toBe('kept\n');
  });
});

describe('the time to live', () => {
  it('ends a sandbox whatever its state', async () => {
    let ahead = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + ahead };
    const engine = await openTestEngine({ clock });
    await engine.lifecycle.create({ name: 'paused', ttlMinutes: 60 }, call());
    await engine.lifecycle.create({ name: 'later' }, call());
    await engine.lifecycle.pause('paused', call());
    await engine.settings.setTtl('later', 120, call());
    ahead = 61 * MINUTE;
    await eventually('the first is deleted', async () => {
      const { items } = await engine.lifecycle.list({}, call());
      return items.length === 1 && items[0]?.name === 'later';
    });
  });
});
