/** What the engine does to a container from the host's side: freeze, thaw, limit. */
import type { ContainerId } from '../../ids.ts';
import type { CgroupPaths } from './cgroup-paths.ts';
import type { Limits } from './cgroup-writes.ts';

/** A running container as the host sees it. */
export interface HostPlace {
  readonly containerId: ContainerId;
  /** Null where freezing goes through the Docker API. */
  readonly cgroups: CgroupPaths | null;
}

export interface LimitChange {
  readonly from: Limits;
  readonly to: Limits;
}

export interface HostControl {
  readonly mode: 'helper' | 'docker';
  /** Finds the cgroups of a container whose init process on the host is `pid`. */
  locate(containerId: ContainerId, pid: number): Promise<HostPlace>;
  /** Stops every process of the container until its thaw. Resolves when the kernel took the request. */
  freeze(place: HostPlace): Promise<void>;
  /** Lets it run again. The limits are in force before its first instruction. */
  thaw(place: HostPlace, change?: LimitChange): Promise<void>;
  setLimits(place: HostPlace, change: LimitChange): Promise<void>;
  /** Removes what this control needed on the host. */
  close(): Promise<void>;
}
