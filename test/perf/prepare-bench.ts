/** What the benchmark and the soak run on: a prepared engine and the built command line. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessHost } from '../../src/cli/host.ts';
import { machineOf } from '../../src/cli/machine.ts';
import type { Interruptible } from '../../src/quickstart/interruptible.ts';
import { stopManagedEngine } from '../../src/setup/managed-engine.ts';
import { managedOptions, type PrepareOptions, prepare } from '../../src/setup/prepare.ts';
import { lineProgress } from '../../src/setup/progress.ts';
import type { Bench } from './scenario.ts';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A managed daemon that this starts is stopped at the end, when nothing else runs in it by then. */
export async function prepareBench(
  node: ProcessHost,
  { signal, cleanup }: Interruptible,
  quick: boolean,
): Promise<Bench> {
  const note = (line: string): void => void node.stdout.write(`${line}\n`);
  const preparation: PrepareOptions = { host: machineOf(node), install: true };
  const prepared = await prepare(preparation, lineProgress(note));
  if (prepared.started) {
    cleanup.add('stopping the Docker Engine that was started for this', async () => {
      const running = (await prepared.docker.listContainers({})).filter(({ state }) => state === 'running');
      if (running.length === 0) await stopManagedEngine(managedOptions(preparation));
    });
  }
  const { endpoint, docker, agentBinary, snapshot } = prepared;
  if (agentBinary === null)
    throw new Error('The benchmark measures the guest agent, and it could not be built.');
  return {
    endpoint,
    docker,
    agentBinary,
    image: snapshot.image,
    environment: node.environment,
    thaw: [process.execPath, join(root, 'dist', 'thaw.mjs')],
    quick,
    signal,
    cleanup,
    note,
  };
}
