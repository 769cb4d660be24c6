/** The Docker daemon is killed with SIGKILL in the middle of forks, snapshots, backups, archives and restores, then started again. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { storedObjects } from '../../src/engine/archive/stored-objects.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { ownerFilter, ROLE_LABEL } from '../../src/engine/labels.ts';
import type { JournalStep } from '../../src/engine/lifecycle/steps.ts';
import type { Engine } from '../../src/engine/options.ts';
import { Store } from '../../src/engine/store/store.ts';
import { isThawError } from '../../src/errors.ts';
import { type KillableDaemon, killableDaemon } from '../support/killable-daemon.ts';
import { call, disposeEngine, eventually, makeStateDir, testEngineOptions } from '../support/open-engine.ts';

const Outcome = z.object({ children: z.array(z.object({ error: z.string().nullable() })).optional() });
const NOT_INTERRUPTED = 'it was not interrupted';

let daemon: KillableDaemon;
let stateDir = '';
let engine: Engine;
/** The step at which the daemon is killed, once. */
let killAt: JournalStep | null = null;

beforeAll(async () => {
  daemon = await killableDaemon();
}, 600_000);

async function open(directLinks: 'on' | 'off'): Promise<void> {
  stateDir = makeStateDir();
  engine = await openEngine({
    ...testEngineOptions(stateDir, {
      defaultSnapshot: daemon.snapshot,
      directLinks,
      onStep: (step) => {
        if (step !== killAt) return;
        killAt = null;
        daemon.killNow();
      },
    }),
    docker: daemon.docker,
  });
}

afterEach(() => daemon.start());

afterAll(() => daemon.remove());

const run = async (sandbox: string, command: string): Promise<string> =>
  (await engine.exec.exec(sandbox, { command }, call())).stdout;

const stop = (name: string) => engine.lifecycle.stop(name, { force: true }, call());
const archive = (name: string) => engine.archives.archive(name, call());

/** Records as they are on disk, beside the owner that runs. */
function readStore<T>(read: (store: Store) => T): T {
  const store = new Store(join(stateDir, 'thaw.db'));
  try {
    return read(store);
  } finally {
    store.close();
  }
}

/** Every container, image and object is somebody's, and nothing is half done. */
async function expectNoOrphans(): Promise<void> {
  const owner = readStore((store) => store.meta('owner') ?? '');
  const recorded = (): string[] =>
    readStore((store) =>
      [...store.sandboxes(), ...store.parked()].flatMap(({ containerId }) => containerId ?? []),
    ).sort();
  const there = async (): Promise<string[]> =>
    (await daemon.docker.listContainers({ ...ownerFilter(owner), [ROLE_LABEL]: 'sandbox' }))
      .map(({ id }) => String(id))
      .sort();
  await eventually(
    'containers and records are the same',
    async () => JSON.stringify(await there()) === JSON.stringify(recorded()),
  );
  const images = await daemon.docker.listImages(ownerFilter(owner));
  const active = readStore((store) => store.snapshots().filter(({ state }) => state === 'active'));
  expect(images.flatMap(({ references }) => references).sort()).toEqual(
    active.map(({ image }) => image).sort(),
  );
  const objects = (): string[] => readStore((store) => [...storedObjects(store.sandboxes())]).sort();
  // What a fork began with is written down after its answer.
  await eventually(
    'objects and records are the same',
    () => JSON.stringify(readdirSync(join(stateDir, 'objects')).sort()) === JSON.stringify(objects()),
  );
  expect(readStore((store) => store.journal())).toEqual([]);
}

/** How an operation says that it was interrupted: by throwing, or in the outcome of the one fork that it made. */
async function interruption(outcome: Promise<unknown>): Promise<string> {
  try {
    const { children = [] } = Outcome.parse(await outcome);
    return children[0]?.error ?? NOT_INTERRUPTED;
  } catch (error) {
    return isThawError(error) ? error.code : String(error);
  }
}

/** Does it again as long as the sandbox is being brought back. */
async function whenFree(work: () => Promise<unknown>): Promise<void> {
  await eventually('the sandbox is free', async () => {
    try {
      await work();
      return true;
    } catch (error) {
      if (isThawError(error, 'busy')) return false;
      throw error;
    }
  });
}

interface Case {
  readonly step: JournalStep;
  readonly before: readonly ((name: string) => Promise<unknown>)[];
  readonly act: (name: string) => Promise<unknown>;
  /** In which states the sandbox may be when the daemon is back. */
  readonly states: readonly string[];
}

const fork = (name: string) => engine.forks.fork(name, { names: [`${name}-copy`] }, call());
/** A snapshot that failed keeps its name with the cause, until it is deleted. */
async function snapshot(name: string): Promise<unknown> {
  const shot = `${name}-shot`;
  const { items } = await engine.snapshots.list({ name: shot }, call());
  if (items.length > 0) {
    expect(items[0]).toMatchObject({ state: 'error', errorReason: expect.any(String) });
    await engine.snapshots.delete(shot, call());
  }
  return await engine.snapshots.fromSandbox(name, shot, call());
}
const backup = (name: string) => engine.archives.backup(name, call());
const start = (name: string) => engine.lifecycle.start(name, call());

const cases: readonly Case[] = [
  { step: 'fork.frozen', before: [], act: fork, states: ['started'] },
  { step: 'fork.copied', before: [], act: fork, states: ['started'] },
  { step: 'snapshot.intent', before: [], act: snapshot, states: ['started'] },
  { step: 'backup.intent', before: [], act: backup, states: ['started'] },
  { step: 'archive.intent', before: [stop], act: archive, states: ['stopped'] },
  { step: 'archive.stored', before: [stop], act: archive, states: ['error', 'archived'] },
  { step: 'restore.running', before: [stop, archive], act: start, states: ['error', 'archived'] },
];

describe('kill -9 of the Docker daemon', () => {
  // Over the attach streams, which end with the daemon, everything is interrupted.
  beforeAll(() => open('off'));
  afterAll(() => disposeEngine(engine, stateDir));

  it.each(cases)('at $step loses nothing and leaves nothing', async ({ step, before, act, states }) => {
    const name = step.replace('.', '-');
    await engine.lifecycle.create({ name }, call());
    await run(name, 'head -c 3000000 /dev/urandom > data; sha256sum data > sum');
    for (const prepare of before) await prepare(name);
    killAt = step;
    expect(await interruption(act(name))).toMatch(/^(engine_unreachable|agent_unreachable|engine_error)/);
    expect(killAt, `the daemon was killed at ${step}`).toBeNull();
    await eventually('the engine notices', () => !engine.status().connected);

    await daemon.start();
    await eventually('the engine is connected again', () => engine.status().connected);
    const { state, recoverable } = await engine.lifecycle.get(name, call());
    expect(states).toContain(state);
    if (state === 'error') expect(recoverable).toBe(true);
    await expectNoOrphans();

    // What failed works now, with the names that it was refused.
    await whenFree(() => engine.lifecycle.start(name, call()));
    expect(await run(name, 'sha256sum -c --quiet sum && echo same')).toBe('same\n');
    if (act === archive) await stop(name);
    if (act !== start) await act(name);
    if (act === archive) await start(name);
    expect(await run(name, 'sha256sum -c --quiet sum && echo same')).toBe('same\n');
    const { items } = await engine.lifecycle.list({}, call());
    for (const { id } of items) await engine.lifecycle.delete(id, call());
    if (act === snapshot) await engine.snapshots.delete(`${name}-shot`, call());
    await expectNoOrphans();
  });
});

describe('kill -9 of the Docker daemon, with direct links to the agents', () => {
  beforeAll(() => open('on'));
  afterAll(() => disposeEngine(engine, stateDir));

  it.each(cases.filter(({ act }) => act === fork || act === backup))(
    'at $step is not noticed by what needs no daemon',
    async ({ step, act }) => {
      const name = step.replace('.', '-');
      await engine.lifecycle.create({ name }, call());
      await run(name, 'head -c 3000000 /dev/urandom > data; sha256sum data > sum');
      killAt = step;
      expect(await interruption(act(name))).toBe(NOT_INTERRUPTED);
      expect(killAt, `the daemon was killed at ${step}`).toBeNull();
      // Neither do commands need it.
      const holders = act === fork ? [name, `${name}-copy`] : [name];
      for (const holder of holders)
        expect(await run(holder, 'sha256sum -c --quiet sum && echo same')).toBe('same\n');
      await eventually('the engine notices', () => !engine.status().connected);

      await daemon.start();
      await eventually('the engine is connected again', () => engine.status().connected);
      await expectNoOrphans();
      for (const holder of holders)
        expect(await run(holder, 'sha256sum -c --quiet sum && echo same')).toBe('same\n');
      if (act === backup) {
        await stop(name);
        await archive(name);
        await start(name);
        expect(await run(name, 'sha256sum -c --quiet sum && echo same')).toBe('same\n');
      }
      for (const holder of holders) await engine.lifecycle.delete(holder, call());
      await expectNoOrphans();
    },
  );
});
