/** A managed daemon of a test's own, in a temporary directory, which is gone with everything of it at the end. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeHost } from '../../../src/setup/host.ts';
import { engineLayout } from '../../../src/setup/managed/layout.ts';
import { endOrphans, shimsOf } from '../../../src/setup/managed/orphans.ts';
import { type ManagedOptions, stopManagedEngine } from '../../../src/setup/managed-engine.ts';

const run = promisify(execFile);

export interface ManagedFixture {
  readonly options: ManagedOptions;
  readonly layout: ReturnType<typeof engineLayout>;
  /** Processes that name the fixture's directories in their command line. */
  readonly processes: () => Promise<readonly string[]>;
  /** Rules of the packet filter that belong to the fixture. */
  readonly rules: () => Promise<readonly string[]>;
  readonly remove: () => Promise<void>;
}

async function commandLines(): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.map((line) => line.replaceAll('\0', ' '));
}

/** The command lines that name a path. */
export const processesNaming = async (path: string): Promise<readonly string[]> =>
  (await commandLines()).filter((line) => line.includes(path));

export async function managedFixture(): Promise<ManagedFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'thaw-engine-'));
  const options: ManagedOptions = {
    host: describeHost(process, process.env, directory),
    engineDir: join(directory, 'engine'),
    runtimeRoot: join(directory, 'run'),
  };
  const layout = engineLayout(options.engineDir, options.runtimeRoot);
  return {
    options,
    layout,
    processes: async () =>
      (await processesNaming(directory)).filter((line) => /dockerd|containerd/.test(line)),
    rules: async () => {
      const { stdout } = await run('iptables-save');
      return stdout.split('\n').filter((line) => line.includes(layout.chainPrefix));
    },
    remove: async () => {
      await stopManagedEngine(options);
      // A daemon that was killed and not started again forgot some of its containers.
      await endOrphans({ listContainers: async () => [] }, await shimsOf(layout.execRoot), layout.execRoot);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
