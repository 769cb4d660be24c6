/** `npm run soak`: thousands of create, exec and delete cycles, many at a time; fails when anything leaks. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hostOf } from '../../src/cli/process-host.ts';
import { systemClock } from '../../src/clock.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { ownerFilter } from '../../src/engine/labels.ts';
import type { Engine } from '../../src/engine/options.ts';
import { Store } from '../../src/engine/store/store.ts';
import { type Interruptible, runInterruptible } from '../../src/quickstart/interruptible.ts';
import { prepareBench } from './prepare-bench.ts';
import { temporaryEngineOptions } from './stages/in-process.ts';
import { removeOwner } from './stages/sweep.ts';

const DEFAULT_CYCLES = 2_000;
const DEFAULT_AT_ONCE = 20;
const POOL = 10;
/** The first cycles fill caches and compile code; growth is counted from here on. */
const WARM_UP_CYCLES = 100;
/** What is growth and not noise. */
const MAX_GROWTH = { rssMB: 64, descriptors: 16 };

const node = hostOf(process, fileURLToPath(import.meta.url));
const say = (line: string): void => void node.stdout.write(`${line}\n`);

interface Figures {
  readonly rssMB: number;
  readonly descriptors: number;
}

function figures(): Figures {
  globalThis.gc?.();
  return {
    rssMB: Math.round(process.memoryUsage().rss / 1024 ** 2),
    descriptors: readdirSync('/proc/self/fd').length,
  };
}

async function cycle(engine: Engine, n: number, signal: AbortSignal): Promise<void> {
  const context = { signal };
  const { id } = await engine.lifecycle.create({ name: `soak-${n}`, env: { N: `${n}` } }, context);
  const { stdout } = await engine.exec.exec(id, { command: 'echo "$N"; head -c 100000 /dev/zero' }, context);
  if (!stdout.startsWith(`${n}\n`)) throw new Error(`cycle ${n} read ${stdout.slice(0, 40)}`);
  await engine.lifecycle.delete(id, context);
}

async function run(context: Interruptible, cycles: number, atOnce: number): Promise<number> {
  const bench = await prepareBench(node, context, false);
  const options = { ...(await temporaryEngineOptions(bench, POOL)), maxSandboxes: atOnce * 2 };
  const engine = await openEngine(options);
  context.cleanup.add('removing what the soak made', () => removeOwner(bench.docker, options.stateDir));
  let started = 0;
  let done = 0;
  let base: Figures | null = null;
  const began = systemClock.monotonic();
  const worker = async (): Promise<void> => {
    while (started < cycles) {
      context.signal.throwIfAborted();
      started += 1;
      await cycle(engine, started, context.signal);
      done += 1;
      if (done === WARM_UP_CYCLES) base = figures();
      if (done % 200 === 0) say(`  ${done} of ${cycles} cycles, ${JSON.stringify(figures())}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const seconds = (systemClock.monotonic() - began) / 1000;
  const end = figures();
  const { hits, misses } = engine.status().pool;
  await engine.close({ sandboxes: 'stop' });

  const store = new Store(join(options.stateDir, 'thaw.db'));
  const owner = store.meta('owner') ?? '';
  const rows = store.sandboxes().length + store.parked().length + store.journal().length;
  store.close();
  const containers = (await bench.docker.listContainers(ownerFilter(owner))).length;
  const from: Figures = base ?? end;
  const growth = { rssMB: end.rssMB - from.rssMB, descriptors: end.descriptors - from.descriptors };
  say(
    `${done} cycles, ${atOnce} at a time, in ${seconds.toFixed(0)} s (${(done / seconds).toFixed(1)} a second)`,
  );
  say(
    `pool: ${hits} hits, ${misses} misses; growth since cycle ${WARM_UP_CYCLES}: ${JSON.stringify(growth)}`,
  );
  say(`left: ${containers} containers, ${rows} rows`);
  const leaked =
    growth.rssMB > MAX_GROWTH.rssMB || growth.descriptors > MAX_GROWTH.descriptors || containers + rows > 0;
  say(leaked ? 'LEAK' : 'no leak');
  return leaked ? 1 : 0;
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
