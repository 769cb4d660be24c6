/** A managed Docker daemon of a test's own, with the default snapshot in it, which can be killed and started again. */
import { homedir } from 'node:os';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import type { DockerPort } from '../../src/engine/docker/port.ts';
import { ensureDefaultSnapshot } from '../../src/setup/default-snapshot.ts';
import { defaultCacheDir, describeHost } from '../../src/setup/host.ts';
import { type Shim, shimsOf } from '../../src/setup/managed/orphans.ts';
import { runningDaemon } from '../../src/setup/managed/process.ts';
import { startManagedEngine } from '../../src/setup/managed-engine.ts';
import { lineProgress } from '../../src/setup/progress.ts';
import { defaultRecipe } from '../../src/setup/snapshot/recipe.ts';
import { managedFixture } from '../engine/setup/managed-fixture.ts';
import { eventually } from './open-engine.ts';

export interface KillableDaemon {
  readonly docker: DockerPort;
  readonly snapshot: { readonly name: string; readonly image: string };
  /** SIGKILL at this moment, to this daemon alone. */
  killNow(): void;
  /** SIGKILL, and waits until the process is gone. */
  kill(): Promise<void>;
  /** Starts it again when it was killed. */
  start(): Promise<void>;
  /** The processes that hold its containers. */
  shims(): Promise<readonly Shim[]>;
  remove(): Promise<void>;
}

export async function killableDaemon(): Promise<KillableDaemon> {
  const fixture = await managedFixture();
  const { pidFile } = fixture.layout;
  let pid: number | null = null;
  let isKilled = false;
  const isGone = async (): Promise<boolean> => pid === null || (await runningDaemon(pidFile)) !== pid;
  const open = async () => {
    await eventually('the last daemon is gone', isGone);
    const result = await startManagedEngine(fixture.options);
    if (!('endpoint' in result)) throw new Error(result.reason);
    // The pid that its own pid file and command line agree on.
    pid = await runningDaemon(pidFile);
    return result.endpoint;
  };
  const endpoint = await open();
  const docker = createDockerClient(endpoint);
  const host = describeHost(process, process.env, homedir());
  const snapshot = await ensureDefaultSnapshot(
    { host, docker, endpoint, cacheDir: defaultCacheDir(host), recipe: defaultRecipe, install: true },
    lineProgress(() => undefined),
  );
  const killNow = (): void => {
    if (pid === null) throw new Error('the daemon does not run');
    process.kill(pid, 'SIGKILL');
    isKilled = true;
  };
  return {
    docker,
    snapshot,
    killNow,
    async kill() {
      killNow();
      await eventually('the daemon is gone', isGone);
    },
    async start() {
      if (isKilled) await open();
      isKilled = false;
    },
    shims: () => shimsOf(fixture.layout.execRoot),
    remove: () => fixture.remove(),
  };
}
