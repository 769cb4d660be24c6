/** The Docker daemon is killed with SIGKILL under running sandboxes and in the middle of operations, then started again. */
import { homedir } from 'node:os';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import type { DockerEndpoint } from '../../src/engine/docker/endpoint.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { SANDBOX_LABEL } from '../../src/engine/labels.ts';
import type { Engine } from '../../src/engine/options.ts';
import { ensureDefaultSnapshot } from '../../src/setup/default-snapshot.ts';
import { defaultCacheDir, describeHost } from '../../src/setup/host.ts';
import { runningDaemon } from '../../src/setup/managed/process.ts';
import { startManagedEngine } from '../../src/setup/managed-engine.ts';
import { lineProgress } from '../../src/setup/progress.ts';
import { defaultRecipe } from '../../src/setup/snapshot/recipe.ts';
import { type ManagedFixture, managedFixture } from '../engine/setup/managed-fixture.ts';
import { call, disposeEngine, eventually, makeStateDir, testEngineOptions } from '../support/open-engine.ts';

let fixture: ManagedFixture;
let endpoint: DockerEndpoint;
let snapshot: { name: string; image: string };
let stateDir = '';
let engine: Engine;

async function startDaemon(): Promise<void> {
  const result = await startManagedEngine(fixture.options);
  if (!('endpoint' in result)) throw new Error(result.reason);
  endpoint = result.endpoint;
}

/** SIGKILL to this daemon alone, by the pid that its own pid file and command line agree on. */
async function killDaemon(): Promise<void> {
  const pid = await runningDaemon(fixture.layout.pidFile);
  if (pid === null) throw new Error('the daemon does not run');
  process.kill(pid, 'SIGKILL');
  await eventually('the daemon is gone', async () => (await runningDaemon(fixture.layout.pidFile)) === null);
}

beforeAll(async () => {
  fixture = await managedFixture();
  await startDaemon();
  const host = describeHost(process, process.env, homedir());
  const cacheDir = defaultCacheDir(host);
  const docker = createDockerClient(endpoint);
  const progress = lineProgress(() => undefined);
  snapshot = await ensureDefaultSnapshot(
    { host, docker, endpoint, cacheDir, recipe: defaultRecipe, install: true },
    progress,
  );
  stateDir = makeStateDir();
  const options = testEngineOptions(stateDir, {
    defaultSnapshot: snapshot,
    pool: { target: 2, refillConcurrency: 1 },
  });
  engine = await openEngine({ ...options, docker });
}, 600_000);

afterAll(async () => {
  await disposeEngine(engine, stateDir);
  await fixture.remove();
});

describe('kill -9 of the Docker daemon', () => {
  it('leaves running sandboxes and their processes alone', async () => {
    await engine.lifecycle.create({ name: 'steady' }, call());
    const { stdout } = await engine.exec.exec(
      'steady',
      { command: 'sleep 100000 >/dev/null 2>&1 & echo $!' },
      call(),
    );
    await killDaemon();
    await eventually('the engine notices', () => !engine.status().connected);
    await startDaemon();
    await eventually('the engine is connected again', () => engine.status().connected);
    const alive = await engine.exec.exec(
      'steady',
      { command: `kill -0 ${stdout.trim()} && echo alive` },
      call(),
    );
    expect(alive.stdout).toBe('alive\n');
    await eventually('the pool is full again', () => engine.status().pool.parked === 2);
  });

  it('leaves no stopped sandbox running whose files were being read', async () => {
    const { id } = await engine.lifecycle.create({ name: 'resting' }, call());
    await engine.lifecycle.stop('resting', { force: true }, call());
    const docker = createDockerClient(endpoint);
    const container = async () => (await docker.listContainers({ [SANDBOX_LABEL]: id }))[0];
    // As it is started for a moment where the image store hides a stopped container's files.
    const quiet = await container();
    if (quiet === undefined) throw new Error('the sandbox has no container');
    await docker.startContainer(quiet.id);
    await killDaemon();
    await eventually('the engine notices', () => !engine.status().connected);
    await startDaemon();
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
    await killDaemon();
    expect(await outcome).toMatchObject({ code: 'engine_unreachable', retryable: true });
    expect((await engine.lifecycle.list({ name: 'interrupted' }, call())).total).toBe(0);

    await startDaemon();
    await eventually('the engine is connected again', () => engine.status().connected);
    expect(await engine.lifecycle.create({ name: 'interrupted' }, call())).toMatchObject({
      state: 'started',
    });
    expect((await engine.exec.exec('interrupted', { command: 'echo well' }, call())).stdout).toBe('well\n');
  });

  it('and a restart of the owner find no container without a record', async () => {
    await engine.close({ sandboxes: 'keep' });
    const docker = createDockerClient(endpoint);
    engine = await openEngine({
      ...testEngineOptions(stateDir, { defaultSnapshot: snapshot, agentBinary: inject('agentBinary') }),
      docker,
    });
    const { total } = await engine.lifecycle.list({}, call());
    const containers = await docker.listContainers({ 'thaw.role': 'sandbox' });
    expect(containers).toHaveLength(total);
  });
});
