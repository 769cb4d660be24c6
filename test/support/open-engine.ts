/** Opens real engines for tests, each with a state directory of its own, and takes everything away afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import type { CallContext } from '../../src/backend/port.ts';
import { systemClock } from '../../src/clock.ts';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { ownerFilter } from '../../src/engine/labels.ts';
import type { Engine, EngineOptions } from '../../src/engine/options.ts';
import { Store } from '../../src/engine/store/store.ts';
import { createLogger } from '../../src/log.ts';

export type EngineChange = Partial<Omit<EngineOptions, 'docker'>>;

/** Options that fit the daemon of the test run. */
export function testEngineOptions(stateDir: string, change: EngineChange = {}): EngineOptions {
  return {
    stateDir,
    docker: createDockerClient(inject('endpoint')),
    defaultSnapshot: inject('snapshot'),
    agentBinary: inject('agentBinary'),
    pool: { target: 0, refillConcurrency: 2 },
    defaults: { cpu: 1, memoryGiB: 1, pids: 256, user: 'daytona', autoStopMinutes: 15 },
    maxSandboxes: 200,
    helper: 'on',
    clock: systemClock,
    log: createLogger(process.env['THAW_TEST_LOG'] === undefined ? 'silent' : 'debug'),
    ...change,
  };
}

export const makeStateDir = (): string => mkdtempSync(join(tmpdir(), 'thaw-engine-'));

/** Images outlive an engine: its snapshots, and what it built for sandboxes. */
async function removeImages(stateDir: string): Promise<void> {
  const store = new Store(join(stateDir, 'thaw.db'));
  const owner = store.meta('owner') ?? '';
  store.close();
  const docker = createDockerClient(inject('endpoint'));
  for (const { references } of await docker.listImages(ownerFilter(owner)))
    for (const reference of references) await docker.removeImage(reference);
}

/** Deletes every sandbox and volume, closes the engine and removes its files. */
export async function disposeEngine(engine: Engine, stateDir: string): Promise<void> {
  const { items } = await engine.lifecycle.list({ limit: 200 }, call());
  await Promise.all(items.map(({ id }) => engine.lifecycle.delete(id, call())));
  for (const { id } of await engine.volumes.list(call())) await engine.volumes.delete(id, call());
  await engine.close({ sandboxes: 'stop' });
  await removeImages(stateDir);
  rmSync(stateDir, { recursive: true, force: true });
}

/** An engine that ends with the test. */
export async function openTestEngine(change: EngineChange = {}): Promise<Engine> {
  const stateDir = makeStateDir();
  const engine = await openEngine(testEngineOptions(stateDir, change));
  onTestFinished(() => disposeEngine(engine, stateDir));
  return engine;
}

export type OpenEngine = typeof openTestEngine;

/** A call that nobody cancels. */
export const call = (signal: AbortSignal = new AbortController().signal): CallContext => ({ signal });

/** Resolves when `condition` holds; fails with `what` after the deadline. For states that only polling shows. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = systemClock.monotonic() + timeoutMs;
  while (!(await condition())) {
    if (systemClock.monotonic() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const poolIsFull = (engine: Engine): Promise<void> =>
  eventually('the pool is full', () => {
    const { parked, target } = engine.status().pool;
    return parked >= target;
  });
