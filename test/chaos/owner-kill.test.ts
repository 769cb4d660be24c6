/** The owner is killed with SIGKILL at every journal step; the next one must find everything in order. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { storedObjects } from '../../src/engine/archive/stored-objects.ts';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { OWNER_LABEL, ownerFilter, ROLE_LABEL } from '../../src/engine/labels.ts';
import { type JournalStep, journalSteps } from '../../src/engine/lifecycle/steps.ts';
import type { Engine } from '../../src/engine/options.ts';
import { Store } from '../../src/engine/store/store.ts';
import { type BundledProgram, bundleProgram } from '../support/bundle-program.ts';
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

/** A state directory, with one owner at a time. */
interface Place {
  readonly stateDir: string;
  /** The one that runs in this process. */
  engine: Engine | null;
}

async function open(place: Place, poolTarget = 0): Promise<Engine> {
  place.engine = await openEngine(
    testEngineOptions(place.stateDir, { pool: { target: poolTarget, refillConcurrency: 1 } }),
  );
  return place.engine;
}

/** What is on disk, read while no owner runs. */
function readStore<T>({ stateDir }: Place, read: (store: Store) => T): T {
  const store = new Store(join(stateDir, 'thaw.db'));
  try {
    return read(store);
  } finally {
    store.close();
  }
}

/** Runs an owner up to the step at which it kills itself. */
async function crashAt({ stateDir }: Place, step: JournalStep): Promise<void> {
  const scenario = {
    stateDir,
    step,
    endpoint: inject('endpoint'),
    snapshot: inject('snapshot'),
    agentBinary: inject('agentBinary'),
  };
  const child = spawn(process.execPath, [program.file, JSON.stringify(scenario)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [, signal] = await once(child, 'exit');
  expect(signal, `the owner reached ${step}`).toBe('SIGKILL');
}

/** A sandbox from before the crash, with a process in the background that must live on. */
async function startBystander(place: Place): Promise<string> {
  const owner = await open(place);
  const { id } = await owner.lifecycle.create({ name: 'bystander' }, call());
  const { stdout } = await owner.exec.exec(id, { command: 'sleep 100000 >/dev/null 2>&1 & echo $!' }, call());
  await owner.close({ sandboxes: 'keep' });
  return stdout.trim();
}

let program: BundledProgram;
beforeAll(async () => {
  program = await bundleProgram('test/support/crash-owner.ts');
});
afterAll(() => program.remove());

/** A new place, which is taken away when the running test ends. */
function openPlace(onEnd: (work: () => Promise<void>) => void): Place {
  const place: Place = { stateDir: makeStateDir(), engine: null };
  mkdirSync(join(place.stateDir, 'objects'));
  onEnd(async () => disposeEngine(place.engine ?? (await open(place)), place.stateDir));
  return place;
}

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

// Each has a place of its own, and waits for Docker most of the time.
describe.concurrent('kill -9 of the owner', () => {
  it.for(journalSteps)(
    'at %s leaves nothing stuck, doubled or orphaned',
    async (step, { onTestFinished }) => {
      const place = openPlace(onTestFinished);
      const bystanderPid = await startBystander(place);
      await crashAt(place, step);
      const parkedBefore = readStore(place, (store) => store.parked());

      const owner = await open(place, poolFor(step));
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
      const templates = (await owner.snapshots.list({}, call())).items.map(({ name, state }) => [
        name,
        state,
      ]);
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
      const parkedAfter = readStore(place, (store) => store.parked().map(({ containerId }) => containerId));
      for (const { containerId, withVolumes } of parkedBefore)
        expect(parkedAfter.includes(containerId), 'adopted').toBe(!withVolumes);

      await owner.close({ sandboxes: 'keep' });
      place.engine = null;
      const { ownerId, recorded, volumeNames } = readStore(place, (store) => ({
        ownerId: store.meta('owner') ?? '',
        volumeNames: store.volumes().map(({ dockerName }) => dockerName),
        recorded: [...store.sandboxes(), ...store.parked()].map(({ containerId }) => containerId),
      }));
      expect(readStore(place, (store) => store.journal())).toEqual([]);
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
      const objects = readdirSync(join(place.stateDir, 'objects'), { recursive: false });
      const referenced = readStore(place, (store) => [...storedObjects(store.sandboxes())]);
      expect(objects.map(String).sort()).toEqual(referenced.sort());
      // Every image has a record: the template that was made, or the build that the next create finds ready.
      const images = await docker.listImages(ownerFilter(ownerId));
      const known = readStore(place, (store) =>
        store.snapshots().flatMap(({ imageId, image }) => (imageId === null ? [] : [image])),
      );
      expect(images.flatMap(({ references }) => references).sort()).toEqual(known.sort());
      expect(known).toHaveLength(
        ['template.done', 'build.built', 'build.running', 'build.done'].includes(step) ? 1 : 0,
      );
      const logs = readdirSync(place.stateDir).includes('build-logs')
        ? readdirSync(join(place.stateDir, 'build-logs'))
        : [];
      expect(logs.length).toBeLessThanOrEqual(1);
    },
  );
});
