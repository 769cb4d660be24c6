/** Puts the parts of the engine together: store, network, agent volume, host control. */
import { getServers } from 'node:dns';
import { join } from 'node:path';
import { newUuid, randomHex } from '../ids.ts';
import { ObjectStore } from './archive/object-store.ts';
import { BackgroundTasks } from './background.ts';
import { BuildLogs } from './build/build-logs.ts';
import { Makings } from './build/makings.ts';
import type { EngineContext } from './context.ts';
import { type DiskBounds, type DiskSpace, resolveBounds } from './disk/bounds.ts';
import { spaceOf } from './disk/space.ts';
import { ensureAgentVolume } from './guest/agent-volume.ts';
import { dockerHost } from './host/docker-host.ts';
import { helperConnection } from './host/helper-container.ts';
import { helperHost } from './host/helper-host.ts';
import type { HostControl } from './host/port.ts';
import { ensureNetwork, SandboxBridge } from './network/bridge.ts';
import { NetworkGuard } from './network/guard.ts';
import { NameLogs } from './network/names/asker.ts';
import { NameResolver } from './network/names/resolver.ts';
import type { EngineOptions } from './options.ts';
import { Registry } from './registry.ts';
import { findDefaultSnapshot, Snapshots } from './snapshot/snapshots.ts';
import { SnapshotSpace } from './snapshot/space.ts';
import { Store } from './store/store.ts';
import { Volumes } from './volumes/volumes.ts';

const MAKING_TIMEOUT_MS = 60 * 60_000;
/** Clients give up on a call after a minute or less. */
const ANSWER_WITHIN_MS = 30_000;

/** A value that is made at the first start and kept in the store from then on. */
function remembered(store: Store, key: string, make: () => string): string {
  const known = store.meta(key);
  if (known !== null) return known;
  const value = make();
  store.putMeta(key, value);
  return value;
}

async function openHost(
  options: EngineOptions,
  parts: Pick<EngineContext, 'owner' | 'volume'> & { readonly image: string },
): Promise<HostControl> {
  const { docker, log } = options;
  const { volume } = parts;
  // The helper is the same agent.
  if (options.helper === 'off' || volume === null) return dockerHost(docker);
  const connection = helperConnection({ docker, log, options, ...parts, volume });
  try {
    return await helperHost(connection);
  } catch (error) {
    log.warn(
      { err: error },
      'the host helper does not work here; freezing goes through the Docker Engine and is slower',
    );
    await connection.close();
    return dockerHost(docker);
  }
}

/** `dockerRoot` is where the Docker Engine keeps its data. */
export async function openContext(options: EngineOptions, dockerRoot: string): Promise<EngineContext> {
  const { docker, log, clock } = options;
  const store = new Store(join(options.stateDir, 'thaw.db'));
  try {
    const owner = remembered(store, 'owner', () => randomHex(6));
    const organizationId = remembered(store, 'organization', newUuid);
    const snapshot = await findDefaultSnapshot(docker, options.defaultSnapshot);
    await ensureNetwork(docker, store, owner);
    const image = snapshot.imageId;
    const { agentBinary } = options;
    if (agentBinary === null)
      log.warn('no guest agent: commands and files go through docker exec and are slow');
    const volume =
      agentBinary === null ? null : await ensureAgentVolume({ docker, store, owner, agentBinary, image });
    const host = await openHost(options, { owner, volume, image });
    const dockerDisk = await host.diskOf(dockerRoot).catch(() => null);
    const boundsFor = (disk: DiskSpace): DiskBounds => resolveBounds(options.disk ?? {}, disk, dockerDisk);
    const objects = await ObjectStore.open(options.stateDir, boundsFor);
    const bounds = boundsFor(spaceOf(options.stateDir));
    const snapshots = new Snapshots(store, snapshot, docker, organizationId);
    const registry = new Registry(store, clock, organizationId);
    const bridge = new SandboxBridge({ docker, host, store, owner, clock, log });
    const network = new NetworkGuard({
      bridge,
      host,
      log,
      openRanges: options.openRanges ?? [],
      helper: options.helper,
    });
    return {
      options,
      owner,
      organizationId,
      docker,
      store,
      host,
      bridge,
      network,
      resolver: new NameResolver({ guard: network, clock, log, servers: options.nameServers ?? getServers }),
      nameLogs: new NameLogs({ registry, clock }),
      volume,
      registry,
      snapshots,
      volumes: new Volumes(store, organizationId),
      objects,
      snapshotSpace: new SnapshotSpace(snapshots, bounds.snapshotBytes),
      bounds,
      dockerRoot,
      makings: new Makings(clock, options.makingTimeoutMs ?? MAKING_TIMEOUT_MS),
      buildLogs: new BuildLogs(options.stateDir, clock, log),
      answerWithinMs: options.answerWithinMs ?? ANSWER_WITHIN_MS,
      unrecorded: new Set(),
      background: new BackgroundTasks(log),
      clock,
      log,
      onStep: options.onStep ?? (() => undefined),
    };
  } catch (error) {
    store.close();
    throw error;
  }
}
