/**
 * `npm run soak`: thousands of create, exec and delete cycles, many at a time, in rounds. Between two rounds everything
 * stands still and is measured; the last rounds are held against those right after the warm-up. Fails on a leak.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hostOf } from '../../src/cli/process-host.ts';
import { systemClock } from '../../src/clock.ts';
import type { DockerPort } from '../../src/engine/docker/port.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { ownerFilter } from '../../src/engine/labels.ts';
import type { Engine } from '../../src/engine/options.ts';
import { Store } from '../../src/engine/store/store.ts';
import { type Interruptible, runInterruptible } from '../../src/quickstart/interruptible.ts';
import { prepareBench } from './prepare-bench.ts';
import { describeFigures, type Figures, findLeaks, type Measured, measure } from './soak-figures.ts';
import { awaitFull, temporaryEngineOptions } from './stages/in-process.ts';
import { removeOwner } from './stages/sweep.ts';

const DEFAULT_CYCLES = 2_000;
const DEFAULT_AT_ONCE = 20;
const POOL = 10;
const ROUNDS = 20;
/** How long a run may say nothing. */
const PROGRESS_MS = 10_000;

const node = hostOf(process, fileURLToPath(import.meta.url));
const say = (line: string): void => void node.stdout.write(`${line}\n`);

async function cycle(engine: Engine, n: number, signal: AbortSignal): Promise<void> {
  const context = { signal };
  const { id } = await engine.lifecycle.create({ name: `soak-${n}`, env: { N: `${n}` } }, context);
  const { stdout } = await engine.exec.exec(id, { command: 'echo "$N"; head -c 100000 /dev/zero' }, context);
  if (!stdout.startsWith(`${n}\n`)) throw new Error(`cycle ${n} read ${stdout.slice(0, 40)}`);
  await engine.lifecycle.delete(id, context);
}

/** Networks of the owner that are still there, but for those that Docker itself keeps. */
async function countNetworks(docker: DockerPort, owner: string): Promise<number> {
  let count = 0;
  for (const { name } of await docker.listNetworks(ownerFilter(owner)))
    if ((await docker.removeNetwork(name)) === 'removed') count += 1;
    else say(`Docker keeps the network ${name} by a count of its own until it is restarted`);
  return count;
}

/** Runs the cycles of one round and waits until the pool is full again: only then nothing moves. */
async function round(
  engine: Engine,
  numbers: readonly number[],
  atOnce: number,
  signal: AbortSignal,
): Promise<void> {
  const queue = [...numbers];
  const worker = async (): Promise<void> => {
    for (let n = queue.shift(); n !== undefined; n = queue.shift()) {
      signal.throwIfAborted();
      await cycle(engine, n, signal);
    }
  };
  let saidAt = systemClock.monotonic();
  const timer = setInterval(() => {
    if (systemClock.monotonic() - saidAt < PROGRESS_MS) return;
    saidAt = systemClock.monotonic();
    say(`  … ${numbers.length - queue.length} of ${numbers.length} of this round begun`);
  }, 1_000);
  try {
    await Promise.all(Array.from({ length: atOnce }, worker));
    await awaitFull(engine, signal);
  } finally {
    clearInterval(timer);
  }
}

async function run(context: Interruptible, cycles: number, atOnce: number): Promise<number> {
  const bench = await prepareBench(node, context, false);
  const { docker } = bench;
  const options = { ...(await temporaryEngineOptions(bench, POOL)), maxSandboxes: atOnce * 2 };
  const engine = await openEngine(options);
  context.cleanup.add('removing what the soak made', () => removeOwner(docker, options.stateDir));
  const database = join(options.stateDir, 'thaw.db');
  const look = async (): Promise<Figures> => await measure({ docker, database });
  const samples: Figures[] = [];
  const perRound = Math.max(atOnce, Math.ceil(cycles / ROUNDS));
  const began = systemClock.monotonic();
  await awaitFull(engine, context.signal);
  say(`${cycles} cycles, ${atOnce} at a time, in rounds of ${perRound}`);
  say(`  at the start: ${describeFigures(await look())}`);
  for (let done = 0; done < cycles; ) {
    const size = Math.min(perRound, cycles - done);
    const numbers = Array.from({ length: size }, (_, index) => done + index + 1);
    await round(engine, numbers, atOnce, context.signal);
    done += size;
    const figures = await look();
    samples.push(figures);
    say(`  ${done} of ${cycles}: ${describeFigures(figures)}`);
  }
  const seconds = (systemClock.monotonic() - began) / 1000;
  const { hits, misses } = engine.status().pool;
  await engine.close({ sandboxes: 'stop' });

  const store = new Store(database);
  const owner = store.meta('owner') ?? '';
  const rows = store.sandboxes().length + store.parked().length + store.journal().length;
  store.close();
  const left: Measured = {
    rows,
    containers: (await docker.listContainers(ownerFilter(owner))).length,
    networks: await countNetworks(docker, owner),
    volumes: (await docker.listVolumes(ownerFilter(owner))).length,
  };
  say(`${cycles} cycles in ${seconds.toFixed(0)} s (${(cycles / seconds).toFixed(1)} a second)`);
  say(`pool: ${hits} hits, ${misses} misses; left after the end: ${JSON.stringify(left)}`);
  const leaks = [
    ...findLeaks(samples),
    ...Object.entries(left).flatMap(([what, count]) => (count > 0 ? [`${count} ${what} left`] : [])),
  ];
  for (const leak of leaks) say(`LEAK: ${leak}`);
  if (leaks.length === 0) say('no leak');
  return leaks.length === 0 ? 0 : 1;
}

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: String(DEFAULT_CYCLES) },
    'at-once': { type: 'string', default: String(DEFAULT_AT_ONCE) },
  },
});
const status = await runInterruptible(
  node,
  (context) => run(context, Number(values.cycles), Number(values['at-once'])),
  (error) =>
    `\nThe soak failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
);
node.stdout.write('', () => node.exit(status));
