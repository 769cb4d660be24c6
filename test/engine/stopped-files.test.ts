/**
 * Files of a stopped sandbox where the image store hides its upper directory, as containerd's does: the container is
 * started for a moment with its agent alone. Any daemon can be made to hide it, so this runs with every image store.
 */
import { expect, inject, it, onTestFinished } from 'vitest';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import type { ContainerFacts, DockerPort } from '../../src/engine/docker/port.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { ROLE_LABEL, SANDBOX_LABEL } from '../../src/engine/labels.ts';
import type { Engine } from '../../src/engine/options.ts';
import { call, disposeEngine, makeStateDir, testEngineOptions } from '../support/open-engine.ts';

const real = createDockerClient(inject('endpoint'));

/** The daemon's answers about a container, changed. */
const withFacts = (change: (facts: ContainerFacts) => Partial<ContainerFacts>): DockerPort => ({
  ...real,
  async inspectContainer(id) {
    const facts = await real.inspectContainer(id);
    return facts === null ? null : { ...facts, ...change(facts) };
  },
});
const hiding = withFacts(() => ({ upperDirectory: null }));

async function openOn(docker: DockerPort, stateDir = makeStateDir()): Promise<Engine> {
  return await openEngine({ ...testEngineOptions(stateDir), docker });
}

async function openFor(docker: DockerPort): Promise<Engine> {
  const stateDir = makeStateDir();
  const engine = await openOn(docker, stateDir);
  onTestFinished(() => disposeEngine(engine, stateDir));
  return engine;
}

async function stoppedSandbox(engine: Engine, name: string): Promise<string> {
  const { id } = await engine.lifecycle.create({ name, autoStopInterval: 0 }, call());
  await engine.exec.exec(name, { command: 'echo kept > file; rm -f /tmp/none' }, call());
  await engine.lifecycle.stop(name, { force: true }, call());
  return id;
}

async function stateOfContainer(sandboxId: string): Promise<string | undefined> {
  const found = await real.listContainers({ [SANDBOX_LABEL]: sandboxId, [ROLE_LABEL]: 'sandbox' });
  return found[0]?.state;
}

const read = async (engine: Engine, name: string): Promise<string> =>
  (await engine.exec.exec(name, { command: 'cat file' }, call())).stdout;

it('are forked, compared, backed up and archived, and it is stopped again after each', async () => {
  const engine = await openFor(hiding);
  const id = await stoppedSandbox(engine, 'source');
  const { children, pausedMs } = await engine.forks.fork('source', { names: ['copy'] }, call());
  expect([children[0]?.error, pausedMs]).toEqual([null, 0]);
  expect(await read(engine, 'copy')).toBe('kept\n');
  expect(await stateOfContainer(id)).toBe('exited');
  const { unifiedDiff } = await engine.changes.diff('source', { path: '/home' }, call());
  expect(unifiedDiff).toContain('\n+++ b/home/daytona/file\n@@ -0,0 +1 @@\n+kept\n');
  expect(await stateOfContainer(id)).toBe('exited');
  expect(await engine.archives.backup('source', call())).toMatchObject({ backupState: 'Completed' });
  expect(await stateOfContainer(id)).toBe('exited');
  expect(await engine.lifecycle.get('source', call())).toMatchObject({ state: 'stopped', errorReason: null });
  expect(await engine.archives.archive('source', call())).toMatchObject({ state: 'archived' });
  await engine.lifecycle.start('source', call());
  expect(await read(engine, 'source')).toBe('kept\n');
});

it('are not read when it does not start, and it is stopped as before', async () => {
  let failing = false;
  const engine = await openFor(
    withFacts(({ running }) => ({ upperDirectory: null, running: running && !failing })),
  );
  const id = await stoppedSandbox(engine, 'source');
  failing = true;
  await expect(engine.archives.backup('source', call())).rejects.toMatchObject({ code: 'engine_error' });
  failing = false;
  expect(await stateOfContainer(id)).toBe('exited');
  expect(await engine.lifecycle.get('source', call())).toMatchObject({
    state: 'stopped',
    backupState: 'Error',
  });
  expect(await engine.archives.backup('source', call())).toMatchObject({ backupState: 'Completed' });
});

it('may be being read when the owner dies: the next one ends the container', async () => {
  const stateDir = makeStateDir();
  const first = await openOn(real, stateDir);
  const id = await stoppedSandbox(first, 'source');
  await first.close({ sandboxes: 'keep' });
  const [container] = await real.listContainers({ [SANDBOX_LABEL]: id, [ROLE_LABEL]: 'sandbox' });
  if (container === undefined) throw new Error('the sandbox has no container');
  await real.startContainer(container.id);
  const second = await openOn(real, stateDir);
  onTestFinished(() => disposeEngine(second, stateDir));
  expect(await stateOfContainer(id)).toBe('exited');
  expect(await second.lifecycle.get('source', call())).toMatchObject({ state: 'stopped' });
  await second.lifecycle.start('source', call());
  expect(await read(second, 'source')).toBe('kept\n');
});
