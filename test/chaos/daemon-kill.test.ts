/** The Docker daemon is killed with SIGKILL under running sandboxes and in the middle of a create, then started again. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import { SANDBOX_LABEL } from '../../src/engine/labels.ts';
import type { Engine } from '../../src/engine/options.ts';
import { expectBlocked } from '../support/expect-blocked.ts';
import { type KillableDaemon, killableDaemon } from '../support/killable-daemon.ts';
import { call, disposeEngine, eventually, makeStateDir, testEngineOptions } from '../support/open-engine.ts';

let daemon: KillableDaemon;
let stateDir = '';
let engine: Engine;

beforeAll(async () => {
  daemon = await killableDaemon();
  stateDir = makeStateDir();
  const options = testEngineOptions(stateDir, {
    defaultSnapshot: daemon.snapshot,
    pool: { target: 2, refillConcurrency: 1 },
  });
  engine = await openEngine({ ...options, docker: daemon.docker });
}, 600_000);

afterAll(async () => {
  await disposeEngine(engine, stateDir);
  await daemon.remove();
});

describe('kill -9 of the Docker daemon', () => {
  it('leaves running sandboxes and their processes alone', async () => {
    await engine.lifecycle.create({ name: 'steady' }, call());
    const { stdout } = await engine.exec.exec(
      'steady',
      { command: 'sleep 100000 >/dev/null 2>&1 & echo $!' },
      call(),
    );
    await daemon.kill();
    await eventually('the engine notices', () => !engine.status().connected);
    await daemon.start();
    await eventually('the engine is connected again', () => engine.status().connected);
    const alive = await engine.exec.exec(
      'steady',
      { command: `kill -0 ${stdout.trim()} && echo alive` },
      call(),
    );
    expect(alive.stdout).toBe('alive\n');
    await eventually('the pool is full again', () => engine.status().pool.parked === 2);
  });

  it('leaves every sandbox with its network policy, and each that comes to run afterwards', async () => {
    await engine.lifecycle.create({ name: 'blocked', networkBlockAll: true }, call());
    await engine.lifecycle.create({ name: 'resting', networkBlockAll: true }, call());
    await engine.lifecycle.stop('resting', { force: true }, call());
    await expectBlocked(engine, 'blocked');
    await daemon.kill();
    await eventually('the engine notices', () => !engine.status().connected);
    await daemon.start();
    await eventually('the engine is connected again', () => engine.status().connected);
    await expectBlocked(engine, 'blocked');
    await engine.lifecycle.start('resting', call());
    await expectBlocked(engine, 'resting');
    await engine.lifecycle.create({ name: 'later', networkBlockAll: true }, call());
    await expectBlocked(engine, 'later');
    for (const name of ['blocked', 'resting', 'later']) await engine.lifecycle.delete(name, call());
  });

  it('leaves no stopped sandbox running whose files were being read', async () => {
    const { id } = await engine.lifecycle.create({ name: 'resting' }, call());
    await engine.lifecycle.stop('resting', { force: true }, call());
    const docker = daemon.docker;
    const container = async () => (await docker.listContainers({ [SANDBOX_LABEL]: id }))[0];
    // As it is started for a moment where the image store hides a stopped container's files.
    const quiet = await container();
    if (quiet === undefined) throw new Error('the sandbox has no container');
    await docker.startContainer(quiet.id);
    await daemon.kill();
    await eventually('the engine notices', () => !engine.status().connected);
    await daemon.start();
    await eventually('it does not run any more', async () => (await container())?.state === 'exited');
    expect(await engine.lifecycle.get('resting', call())).toMatchObject({ state: 'stopped' });
    await engine.lifecycle.delete('resting', call());
  });

  it('fails a create that it interrupts with a typed error, and leaves nothing of it', async () => {
    while (engine.status().pool.parked > 0)
      await engine.lifecycle.create({ labels: { batch: 'drain' } }, call());
    const creating = engine.lifecycle.create({ name: 'interrupted' }, call());
    const outcome = creating.then(
      ({ startedFrom }) => startedFrom,
      (error: unknown) => error,
    );
    // The creation is under way: its record exists before the daemon is asked for anything.
    await eventually(
      'it is under way',
      async () => (await engine.lifecycle.list({ name: 'interrupted' }, call())).total === 1,
    );
    await daemon.kill();
    expect(await outcome).toMatchObject({ code: 'engine_unreachable', retryable: true });
    expect((await engine.lifecycle.list({ name: 'interrupted' }, call())).total).toBe(0);

    await daemon.start();
    await eventually('the engine is connected again', () => engine.status().connected);
    expect(await engine.lifecycle.create({ name: 'interrupted' }, call())).toMatchObject({
      state: 'started',
    });
    expect((await engine.exec.exec('interrupted', { command: 'echo well' }, call())).stdout).toBe('well\n');
  });

  it('ends a build that it interrupts with its cause, and leaves no step of it running', async () => {
    const { docker, snapshot } = daemon;
    const dockerfileContent = `FROM ${snapshot.image}\nRUN echo begun; sleep 100000`;
    let making: Promise<unknown> = Promise.resolve();
    await new Promise<void>((begun) => {
      const progress = (line: string): void => (line === 'begun' ? begun() : undefined);
      const input = { name: 'interrupted', buildInfo: { dockerfileContent } };
      making = engine.snapshots.create(input, { ...call(), progress });
    });
    await daemon.kill();
    expect(await making).toMatchObject({ state: 'build_failed', errorReason: expect.any(String) });

    await daemon.start();
    await eventually('the engine is connected again', () => engine.status().connected);
    await eventually('nothing of the build is left', async () => {
      const { parked, starting } = engine.status().pool;
      const { total } = await engine.lifecycle.list({}, call());
      const found = await docker.listContainers({});
      const steps = found.filter(({ labels }) => labels['thaw.owner'] === undefined);
      const sandboxes = found.filter(({ labels }) => labels[SANDBOX_LABEL] !== undefined);
      return starting === 0 && steps.length === 0 && sandboxes.length === (total ?? 0) + parked;
    });
    // The daemon may have been killed before it wrote down that the step runs.
    const running = (await docker.listContainers({})).filter(({ state }) => state === 'running');
    await eventually(
      'no process runs whose container the daemon does not know',
      async () => (await daemon.shims()).length === running.length,
    );
    const again = { dockerfileContent: `FROM ${snapshot.image}\nRUN echo again` };
    expect(await engine.snapshots.create({ name: 'interrupted', buildInfo: again }, call())).toMatchObject({
      state: 'active',
    });
    await engine.snapshots.delete('interrupted', call());
  });

  it('and a restart of the owner find no container without a record', async () => {
    await engine.close({ sandboxes: 'keep' });
    const { docker, snapshot } = daemon;
    engine = await openEngine({
      ...testEngineOptions(stateDir, { defaultSnapshot: snapshot, agentBinary: inject('agentBinary') }),
      docker,
    });
    const { total } = await engine.lifecycle.list({}, call());
    const containers = await docker.listContainers({ 'thaw.role': 'sandbox' });
    expect(containers).toHaveLength(total ?? -1);
  });
});
