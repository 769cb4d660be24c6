/** Makes the real engine for an owner: prepares Docker, the default snapshot and the agent, then opens the engine. */
import { GIB } from '../bytes.ts';
import { systemClock } from '../clock.ts';
import type { EngineOpener } from '../control/engine-supply.ts';
import type { OwnerConfig } from '../control/owner-config.ts';
import type { DiskBounds } from '../engine/disk/bounds.ts';
import type { DockerPort } from '../engine/docker/port.ts';
import { openEngine } from '../engine/engine.ts';
import type { EngineOptions } from '../engine/options.ts';
import type { Logger } from '../log.ts';
import { stopManagedEngine } from '../setup/managed-engine.ts';
import { managedOptions, type Prepared, type PrepareOptions, prepare } from '../setup/prepare.ts';
import { lineProgress } from '../setup/progress.ts';
import { machineOf } from './machine.ts';
import type { OpenerFactory } from './serve.ts';

const toBytes = (gib: number | null, name: keyof DiskBounds): Partial<DiskBounds> =>
  gib === null ? {} : { [name]: Math.round(gib * GIB) };

const splitList = (list: string | null): string[] =>
  (list ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

function engineOptions(config: OwnerConfig, prepared: Prepared, log: Logger): EngineOptions {
  return {
    stateDir: config.paths.stateDir,
    docker: prepared.docker,
    defaultSnapshot: { name: prepared.snapshot.name, image: prepared.snapshot.image },
    agentBinary: prepared.agentBinary,
    pool: { target: config.poolTarget, refillConcurrency: config.refillConcurrency },
    defaults: {
      cpu: config.cpu,
      memoryGiB: config.memory,
      pids: config.pids,
      user: config.user,
      autoStopMinutes: config.autoStop,
    },
    maxSandboxes: config.maxSandboxes,
    disk: {
      ...toBytes(config.maxArchiveGiB, 'archiveBytes'),
      ...toBytes(config.maxSnapshotGiB, 'snapshotBytes'),
      ...toBytes(config.minFreeGiB, 'minFreeBytes'),
    },
    helper: config.helper,
    directLinks: config.directLinks,
    openRanges: splitList(config.openRanges),
    clock: systemClock,
    log,
  };
}

async function isQuiet(docker: DockerPort): Promise<boolean> {
  const containers = await docker.listContainers({});
  return containers.every(({ state }) => state !== 'running');
}

export const makeEngineOpener: OpenerFactory = (config, log, host): EngineOpener => {
  const options: PrepareOptions = {
    host: machineOf(host),
    dockerHost: config.dockerHost ?? undefined,
    image: config.image ?? undefined,
    install: config.install,
  };
  return async ({ progress, signal, sshEndpoint, previewBase }) => {
    const prepared = await prepare(
      { ...options, signal },
      lineProgress((line) => progress(line.trim())),
    );
    signal.throwIfAborted();
    const engine = await openEngine({ ...engineOptions(config, prepared, log), sshEndpoint, previewBase });
    return {
      engine,
      releaseHost: async () => {
        if (prepared.managed && (await isQuiet(prepared.docker)))
          await stopManagedEngine(managedOptions(options));
      },
    };
  };
};
