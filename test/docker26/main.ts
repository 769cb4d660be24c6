/** `npm run test:docker26`: the tests that need an engine, on Docker 26.1 of Debian 13 with each of its image stores. */
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machineOf } from '../../src/cli/machine.ts';
import { hostOf } from '../../src/cli/process-host.ts';
import { isThawError } from '../../src/errors.ts';
import { type Interruptible, runInterruptible } from '../../src/quickstart/interruptible.ts';
import { commandEnvironment } from '../../src/setup/find-program.ts';
import { lineProgress } from '../../src/setup/progress.ts';
import { type Counts, describeCounts, runVitest } from '../run-vitest.mjs';
import { startDocker26 } from './daemon.ts';
import { removeLeftRuns, withRunDirectory } from './left-runs.ts';
import { type ImageStore, readOptions } from './options.ts';
import { ensureTree } from './tree.ts';

const wantedVersion = /^26\.1\./;

const node = hostOf(process, fileURLToPath(import.meta.url));
const host = machineOf(node);
const progress = lineProgress((line) => void node.stderr.write(`${line}\n`));

async function testStore(
  { signal, cleanup }: Interruptible,
  tree: string,
  directory: string,
  store: ImageStore,
  selection: readonly string[],
): Promise<Counts> {
  const daemon = await progress.step(`Starting Docker 26 with the image store ${store}`, () =>
    startDocker26(tree, directory, store, signal),
  );
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping ??= progress.step(`Ending Docker 26 with the image store ${store}`, daemon.stop);
    return stopping;
  };
  cleanup.add('ending Docker 26', stop);
  progress.note(`Docker Engine ${daemon.version} at ${daemon.dockerHost}`);
  if (!wantedVersion.test(daemon.version)) throw new Error(`This is no Docker 26.1: ${daemon.version}`);
  const path = commandEnvironment(host)['PATH'] ?? '';
  const counts = await runVitest(['--project', 'engine', ...selection], {
    ...node.environment,
    THAW_DOCKER_HOST: daemon.dockerHost,
    // Tests of the managed daemon start further ones, by their names.
    PATH: `${daemon.binDir}${delimiter}${path}`,
  });
  await stop();
  signal.throwIfAborted();
  return counts;
}

async function run(context: Interruptible): Promise<number> {
  const { stores, selection } = readOptions(process.argv.slice(2));
  const tree = await ensureTree(host, progress, context.signal);
  await removeLeftRuns(tree);
  const lines: string[] = [];
  let failed = 0;
  for (const store of stores) {
    const counts = await withRunDirectory(tree, (directory) =>
      testStore(context, tree, directory, store, selection),
    );
    lines.push(`${store}: ${describeCounts(counts)}`);
    failed += counts.failed;
  }
  // The runs of the two stores are long: what they came to stands together at the end.
  node.stdout.write(`${lines.join('\n')}\n`);
  return failed === 0 ? 0 : 1;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return `${String(error)}\n`;
  const next = isThawError(error) && error.next !== undefined ? `\n${error.next}` : '';
  return `\n${error.message}${next}\n`;
}

const status = await runInterruptible(node, run, explain);
node.stdout.write('', () => node.exit(status));
