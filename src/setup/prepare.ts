/** The whole of set-up for whoever needs an engine: find or start a daemon, have the default snapshot and the guest agent. */
import { createDockerClient } from '../engine/docker/client.ts';
import type { DockerEndpoint } from '../engine/docker/endpoint.ts';
import { describeEndpoint } from '../engine/docker/endpoint.ts';
import type { DockerPort } from '../engine/docker/port.ts';
import { ensureAgentBinary } from './agent-binary.ts';
import { type DefaultSnapshot, ensureDefaultSnapshot } from './default-snapshot.ts';
import { discoverEngine, type FoundEngine, type ManagedSource } from './discover.ts';
import { defaultCacheDir, defaultEngineDir, type Host, setting } from './host.ts';
import { engineNeed, installMissing, missingNeeds } from './install/packages.ts';
import { type ManagedOptions, startManagedEngine } from './managed-engine.ts';
import type { Progress } from './progress.ts';
import { defaultRecipe, type SnapshotRecipe } from './snapshot/recipe.ts';

export interface PrepareOptions {
  readonly host: Host;
  /** A flag's value; without one the environment decides. */
  readonly dockerHost?: string | undefined;
  readonly engineDir?: string | undefined;
  readonly cacheDir?: string | undefined;
  readonly recipe?: SnapshotRecipe | undefined;
  /** An image in place of the recipe's; default THAW_DEFAULT_IMAGE. */
  readonly image?: string | undefined;
  /** Whether packages of the distribution may be installed. */
  readonly install: boolean;
  /** Ends a pull or a build that is under way. */
  readonly signal?: AbortSignal | undefined;
  readonly runtimeRoot?: string | undefined;
}

export interface Prepared {
  readonly endpoint: DockerEndpoint;
  readonly docker: DockerPort;
  readonly source: string;
  readonly managed: boolean;
  /** Whether this call started the managed daemon. */
  readonly started: boolean;
  readonly rejected: FoundEngine['rejected'];
  readonly snapshot: DefaultSnapshot;
  /** Path of the guest agent for the daemon's architecture; null where there is none. */
  readonly agentBinary: string | null;
}

export const managedOptions = (options: PrepareOptions): ManagedOptions => ({
  host: options.host,
  engineDir: options.engineDir ?? defaultEngineDir(options.host),
  runtimeRoot: options.runtimeRoot,
});

/** Discovery's last resort: installs what it lacks when allowed, and starts the daemon. */
function startingSource(options: PrepareOptions, progress: Progress, onStart: () => void): ManagedSource {
  return {
    async open() {
      const { host } = options;
      if (options.install && (await missingNeeds(host, [engineNeed])).length > 0) {
        progress.note('No Docker Engine answers, and none is installed here.');
        await installMissing(host, [engineNeed], progress, true);
      }
      const opened = await startManagedEngine(managedOptions(options));
      if ('started' in opened && opened.started) onStart();
      return opened;
    },
  };
}

/**
 * Idempotent: where everything is there it only asks and answers. Throws ThawError with what a person can do, and the
 * signal's reason when it was given up between two steps, or in one that can be cut short.
 */
export async function prepare(options: PrepareOptions, progress: Progress): Promise<Prepared> {
  const { host } = options;
  let started = false;
  const managed = startingSource(options, progress, () => {
    started = true;
  });
  const found = await discoverEngine({ host, dockerHost: options.dockerHost, managed });
  options.signal?.throwIfAborted();
  const docker = createDockerClient(found.endpoint);
  const { version, arch } = await docker.version();
  progress.note(
    `Docker Engine ${version} at ${describeEndpoint(found.endpoint)} (${found.source}${started ? ', just started' : ''})`,
  );
  const agentBinary = await ensureAgentBinary({ host, dockerArch: arch, install: options.install }, progress);
  options.signal?.throwIfAborted();
  const snapshot = await ensureDefaultSnapshot(
    {
      host,
      docker,
      endpoint: found.endpoint,
      cacheDir: options.cacheDir ?? defaultCacheDir(host),
      recipe: options.recipe ?? defaultRecipe,
      image: options.image ?? setting(host, 'THAW_DEFAULT_IMAGE'),
      install: options.install,
      signal: options.signal,
    },
    progress,
  );
  return { ...found, docker, started, snapshot, agentBinary };
}
