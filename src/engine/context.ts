/** What the parts of the engine share: made once by `openEngine`, handed to each as one argument. */
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { ObjectStore } from './archive/object-store.ts';
import type { BackgroundTasks } from './background.ts';
import type { BuildLogs } from './build/build-logs.ts';
import type { Makings } from './build/makings.ts';
import type { DiskBounds } from './disk/bounds.ts';
import type { DockerPort } from './docker/port.ts';
import type { AgentVolume } from './guest/agent-volume.ts';
import type { HostControl } from './host/port.ts';
import type { JournalStep } from './lifecycle/steps.ts';
import type { SandboxBridge } from './network/bridge.ts';
import type { NetworkGuard } from './network/guard.ts';
import type { NameLogs } from './network/names/asker.ts';
import type { NameResolver } from './network/names/resolver.ts';
import type { EngineOptions } from './options.ts';
import type { Registry } from './registry.ts';
import type { Snapshots } from './snapshot/snapshots.ts';
import type { SnapshotSpace } from './snapshot/space.ts';
import type { Store } from './store/store.ts';
import type { Volumes } from './volumes/volumes.ts';

export interface EngineContext {
  readonly options: EngineOptions;
  /** Id of this owner, in the labels and names of all its Docker objects. */
  readonly owner: string;
  readonly organizationId: string;
  readonly docker: DockerPort;
  readonly store: Store;
  readonly host: HostControl;
  readonly bridge: SandboxBridge;
  readonly network: NetworkGuard;
  readonly resolver: NameResolver;
  readonly nameLogs: NameLogs;
  /** Null where there is no agent for the daemon's architecture. */
  readonly volume: AgentVolume | null;
  readonly registry: Registry;
  readonly snapshots: Snapshots;
  /** The volumes that sandboxes share; `volume` is the one with the agent. */
  readonly volumes: Volumes;
  readonly objects: ObjectStore;
  readonly snapshotSpace: SnapshotSpace;
  readonly bounds: DiskBounds;
  /** Where the Docker Engine keeps its data, on its own host. */
  readonly dockerRoot: string;
  readonly makings: Makings;
  readonly buildLogs: BuildLogs;
  /** How long a call waits for background work before it answers how far that is. */
  readonly answerWithinMs: number;
  /** Ids of containers that are at work and that no record knows: those being parked, and the networks of builds. */
  readonly unrecorded: Set<string>;
  readonly background: BackgroundTasks;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called right after a step is on disk. Tests kill the process here. */
  readonly onStep: (step: JournalStep) => void;
}
