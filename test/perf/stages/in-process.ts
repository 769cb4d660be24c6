/** The embedded engine inside the benchmark's own process, so that nothing but the engine is measured. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/clock.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import type { Engine, EngineOptions } from '../../../src/engine/options.ts';
import { createLogger } from '../../../src/log.ts';
import { type Bench, type Closable, once } from '../scenario.ts';
import { removeOwner } from './sweep.ts';

const FULL_DEADLINE_MS = 120_000;
const POLL_MS = 25;

export interface EngineStage extends Closable {
  readonly engine: Engine;
  /** Resolves when the pool is full and nothing is being made for it. */
  readonly full: () => Promise<void>;
}

/** Options of an engine with a new state directory, which the caller removes. */
export async function temporaryEngineOptions(bench: Bench, poolTarget: number): Promise<EngineOptions> {
  return {
    stateDir: await mkdtemp(join(tmpdir(), 'thaw-bench-')),
    docker: bench.docker,
    defaultSnapshot: { name: 'default', image: bench.image },
    agentBinary: bench.agentBinary,
    pool: { target: poolTarget, refillConcurrency: 2 },
    defaults: { cpu: 1, memoryGiB: 1, pids: 512, user: 'daytona', autoStopMinutes: 15 },
    maxSandboxes: 1000,
    helper: 'on',
    clock: systemClock,
    log: createLogger('error'),
  };
}

/** Resolves when the pool is full and nothing is being made for it. */
export async function awaitFull(engine: Engine, signal: AbortSignal): Promise<void> {
  const until = systemClock.monotonic() + FULL_DEADLINE_MS;
  for (;;) {
    const { parked, starting, target, lastError } = engine.status().pool;
    if (parked >= target && starting === 0) return;
    if (systemClock.monotonic() > until) throw new Error(`The pool has ${parked} of ${target}: ${lastError}`);
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** An engine whose pool is full. */
export const openEngineStage =
  (poolTarget: number) =>
  async (bench: Bench): Promise<EngineStage> => {
    const options = await temporaryEngineOptions(bench, poolTarget);
    let engine: Engine | null = null;
    const close = once(async () => {
      await engine?.close({ sandboxes: 'stop' });
      await removeOwner(bench.docker, options.stateDir);
    });
    bench.cleanup.add('closing an engine of the benchmark', close);
    engine = await openEngine(options);
    const open = engine;
    const full = (): Promise<void> => awaitFull(open, bench.signal);
    await full();
    return { engine: open, full, close };
  };
