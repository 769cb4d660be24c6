/** The owner is killed with SIGKILL at every journal step; the next one must find everything in order. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { OWNER_LABEL, ownerFilter, ROLE_LABEL } from '../../src/engine/labels.ts';
import { type JournalStep, journalSteps } from '../../src/engine/lifecycle/steps.ts';
import type { Engine } from '../../src/engine/options.ts';
import { Store } from '../../src/engine/store/store.ts';
import {
  CONTENT,
  expectedVolumes,
  MOUNT_PATH,
  operationOf,
  RESIZED_GIB,
  TEMPLATE,
  VICTIM,
} from '../support/crash-scenarios.ts';
import { expectBlocked } from '../support/expect-blocked.ts';
import { call, disposeEngine, makeStateDir, testEngineOptions } from '../support/open-engine.ts';

/** Parked containers matter only where parking or claiming is what is interrupted, or where a fork had made some. */
const poolFor = (step: JournalStep): number =>
  step.startsWith('park.') || step.startsWith('create.warm.') || step === 'fork.made' ? 2 : 0;

/** What a sandbox may be found in after a crash. */
const LASTING = ['started', 'stopped', 'paused', 'archived', 'build_failed'];

let stateDir = '';
let engine: Engine | null = null;

const open = async (poolTarget = 0): Promise<Engine> => {
  engine = await openEngine(
    testEngineOptions(stateDir, { pool: { target: poolTarget, refillConcurrency: 1 } }),
  );
  return engine;
};

/** What is on disk, read while no owner runs. */
function readStore<T>(read: (store: Store) => T): T {
  const store = new Store(join(stateDir, 'thaw.db'));
  try {
    return read(store);
  } finally {
    store.close();
  }
}

/** Runs an owner up to the step at which it kills itself. */
async function crashAt(step: JournalStep): Promise<void> {
  const scenario = {
    stateDir,
    step,
    endpoint: inject('endpoint'),
    snapshot: inject('snapshot'),
    agentBinary: inject('agentBinary'),
  };
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'test/support/crash-owner.ts', JSON.stringify(scenario)],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const [, signal] = await once(child, 'exit');
  expect(signal, `the owner reached ${step}`).toBe('SIGKILL');
}

/** A sandbox from before the crash, with a process in the background that must live on. */
async function startBystander(): Promise<string> {
  const owner = await open();
  const { id } = await owner.lifecycle.create({ name: 'bystander' }, call());
  const { stdout } = await owner.exec.exec(id, { command: 'sleep 100000 >/dev/null 2>&1 & echo $!' }, call());
  await owner.close({ sandboxes: 'keep' });
  return stdout.trim();
}

beforeEach(() => {
  stateDir = makeStateDir();
  mkdirSync(join(stateDir, 'objects'));
  engine = null;
});

afterEach(async () => {
  await disposeEngine(engine ?? (await open()), stateDir);
});

/** What a crash at a step comes to: an operation is finished or undone, and which of the two is fixed. */
function expectedState(step: JournalStep): string {
  const operation = operationOf(step);
  if (operation === 'create') return step.endsWith('.done') ? 'started' : 'gone';
  if (operation === 'build')
    return step === 'build.intent' ? 'build_failed' : step === 'build.done' ? 'started' : 'gone';
  if (operation === 'archive') return step === 'archive.intent' ? 'stopped' : 'archived';
  if (operation === 'restore') return step === 'restore.done' ? 'started' : 'archived';
  return (
    {
      park: 'gone',
      template: 'gone',
      delete: 'gone',
      'volume-create': 'gone',
      'volume-delete': 'gone',
      stop: 'stopped',
      pause: 'paused',
    }[operation] ?? 'started'
  );
}

/** The victim can be brought back, with its files and its size. */
async function expectUsable(owner: Engine, step: JournalStep): Promise<void> {
  await owner.lifecycle.start(VICTIM, call());
  const { stdout } = await owner.exec.exec(VICTIM, { command: 'cat kept' }, call());
  expect(stdout).toBe(CONTENT);
  if (expectedVolumes(step).length > 0) {
    expect(await owner.files.read(VICTIM, { path: `${MOUNT_PATH}/kept` }, call())).toMatchObject({
      content: CONTENT,
    });
  }
  // By the rules, not by the record alone: the new policy is in force whenever its intent was written down.
  if (operationOf(step) === 'network') await expectBlocked(owner, VICTIM);
  if (operationOf(step) !== 'resize') return;
  expect(await owner.lifecycle.get(VICTIM, call())).toMatchObject({ memory: RESIZED_GIB });
}

describe('kill -9 of the owner', () => {
  it.each(journalSteps)('at %s leaves nothing stuck, doubled or orphaned', async (step) => {
    const bystanderPid = await startBystander();
    await crashAt(step);
    const parkedBefore = readStore((store) => store.parked());

    const owner = await open(poolFor(step));
    const { items } = await owner.lifecycle.list({}, call());
    for (const { name, state } of items) {
      expect(LASTING, `${name} is ${state}`).toContain(state);
      if (state !== 'started') continue;
      const { stdout } = await owner.exec.exec(name, { command: 'echo alive' }, call());
      expect(stdout).toBe('alive\n');
    }
    const { exitCode } = await owner.exec.exec('bystander', { command: `kill -0 ${bystanderPid}` }, call());
    expect(exitCode, 'the process in the bystander lives on').toBe(0);
    const victim = items.find(({ name }) => name === VICTIM);
    expect(victim?.state ?? 'gone').toBe(expectedState(step));
    // Forks and snapshots that were not answered are undone: their names are free.
    expect(items.map(({ name }) => name)).not.toContain('copy');
    const templates = (await owner.snapshots.list({}, call())).items.map(({ name, state }) => [name, state]);
    const made = step === 'template.done' ? 'active' : 'build_failed';
    const expected = operationOf(step) === 'template' ? [[TEMPLATE, made]] : [];
    expect(templates).toEqual([...expected, ['default', 'active']]);
    const untouched = ['create', 'build'].includes(operationOf(step));
    if (victim !== undefined && !untouched) await expectUsable(owner, step);

    const volumes = await owner.volumes.list(call());
    expect(volumes.map(({ name, state }) => [name, state])).toEqual(
      expectedVolumes(step).map((name) => [name, 'ready']),
    );

    // What was parked is adopted, not rebuilt; but no claim may get somebody else's volumes.
    const parkedAfter = readStore((store) => store.parked().map(({ containerId }) => containerId));
    for (const { containerId, withVolumes } of parkedBefore)
      expect(parkedAfter.includes(containerId), 'adopted').toBe(!withVolumes);

    await owner.close({ sandboxes: 'keep' });
    engine = null;
    const { ownerId, recorded, volumeNames } = readStore((store) => ({
      ownerId: store.meta('owner') ?? '',
      volumeNames: store.volumes().map(({ dockerName }) => dockerName),
      recorded: [...store.sandboxes(), ...store.parked()].map(({ containerId }) => containerId),
    }));
    expect(readStore((store) => store.journal())).toEqual([]);
    const docker = createDockerClient(inject('endpoint'));
    expect(
      [...(await docker.listVolumes({ ...ownerFilter(ownerId), [ROLE_LABEL]: 'volume' }))].sort(),
    ).toEqual(volumeNames.sort());
    const containers = await docker.listContainers(ownerFilter(ownerId));
    expect(containers.map(({ labels }) => [labels[ROLE_LABEL], labels[OWNER_LABEL]])).toEqual(
      containers.map(() => ['sandbox', ownerId]),
    );
    expect(containers.map(({ id }) => String(id)).sort()).toEqual(
      recorded
        .filter((container) => container !== null)
        .map(String)
        .sort(),
    );
    const objects = readdirSync(join(stateDir, 'objects'), { recursive: false });
    const referenced = readStore((store) =>
      store.sandboxes().flatMap(({ archive }) => archive?.object ?? []),
    );
    expect(objects.map(String).sort()).toEqual(referenced.sort());
    // Every image has a record: the template that was made, or the build that the next create finds ready.
    const images = await docker.listImages(ownerFilter(ownerId));
    const known = readStore((store) =>
      store.snapshots().flatMap(({ imageId, image }) => (imageId === null ? [] : [image])),
    );
    expect(images.flatMap(({ references }) => references).sort()).toEqual(known.sort());
    expect(known).toHaveLength(
      ['template.done', 'build.built', 'build.running', 'build.done'].includes(step) ? 1 : 0,
    );
    const logs = readdirSync(stateDir).includes('build-logs')
      ? readdirSync(join(stateDir, 'build-logs'))
      : [];
    expect(logs.length).toBeLessThanOrEqual(1);
  });
});
