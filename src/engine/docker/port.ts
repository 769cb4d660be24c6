/**
 * The part of the Docker Engine API that Thaw uses, in Thaw's words. `client.ts` implements it with dockerode;
 * nothing else knows dockerode. Every method throws ThawError (`engine_unreachable`, `engine_error`, …) only.
 */

import type { Duplex, Readable } from 'node:stream';
import type { ThawError } from '../../errors.ts';
import type { ContainerId } from '../../ids.ts';
import type { ContainerEvent } from './container-event.ts';
import type { DockerNetworks } from './network-port.ts';

export interface EngineVersion {
  readonly version: string;
  readonly apiVersion: string;
  readonly os: string;
  /** As the daemon names it: `amd64`, `arm64`, … */
  readonly arch: string;
}

export interface EngineInfo {
  readonly storageDriver: string;
  readonly cgroupVersion: 1 | 2;
  readonly cgroupDriver: string;
  readonly rootDir: string;
  readonly runtimes: readonly string[];
  readonly experimental: boolean;
  readonly liveRestore: boolean;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly rootless: boolean;
}

export interface ImageFacts {
  /** Content id, `sha256:…`. */
  readonly id: string;
  readonly env: readonly string[];
  readonly workingDir: string;
  readonly user: string;
  /** What it takes on the disk, what it shares with other images included. */
  readonly sizeBytes: number;
  /** The content ids of its layers, the lowest first. */
  readonly layers: readonly string[];
}

export interface Mount {
  readonly kind: 'volume' | 'bind';
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** An empty volume is not filled with what the image has at its target. */
  readonly noCopy?: boolean;
}

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly entrypoint: readonly string[];
  readonly command?: readonly string[];
  readonly hostname?: string;
  readonly env?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /**
   * A network's name, `host` or `none`. Null: a network namespace that Docker does not touch; it then writes no
   * `/etc/hosts` and no `/etc/resolv.conf` either.
   */
  readonly network: string | null;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly pidMode?: 'host';
  readonly cgroupnsMode?: 'host' | 'private';
  readonly capabilities: { readonly drop: readonly string[]; readonly add: readonly string[] };
  readonly securityOptions: readonly string[];
  readonly limits?: ContainerLimits;
  readonly readOnlyRoot?: boolean;
}

export interface ContainerLimits {
  readonly cpuCores?: number;
  readonly memoryBytes?: number;
  readonly pids?: number;
}

export interface ContainerFacts {
  readonly id: ContainerId;
  readonly name: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly running: boolean;
  readonly paused: boolean;
  /** The init process on the host, 0 when none runs. */
  readonly pid: number;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** As Docker's record has them, which the cgroups may differ from. Null where it has none. */
  readonly limits: { readonly cpuCores: number | null; readonly memoryBytes: number | null };
  /** The overlay's directories on the host, layers the highest first, where the storage driver tells (overlay2 does). */
  readonly upperDirectory: string | null;
  readonly lowerDirectories: readonly string[];
}

export interface ContainerSummary {
  readonly id: ContainerId;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
}

export interface ExecSpec {
  readonly argv: readonly string[];
  /** `name`, `uid`, or either with `:group`; default root. */
  readonly user?: string;
  /** `NAME=value`, over the container's own environment. */
  readonly env?: readonly string[];
  /** Whether stdin is a pipe; otherwise it is empty. */
  readonly stdin?: boolean;
}

/** What a command started by the daemon tells while it runs. */
export interface ExecHandlers {
  data(name: 'stdout' | 'stderr', chunk: Buffer): void;
  /** Once: no output comes any more. The error is the daemon's reason not to start it, or a broken connection. */
  end(error: ThawError | null): void;
}

export interface ExecHandle {
  readonly id: string;
  /** Holds both outputs back, or lets them come again. */
  pause(): void;
  resume(): void;
  /** Resolves once the daemon took the bytes, or when there is nobody any more to take them. */
  write(data: Buffer): Promise<void>;
  closeStdin(): void;
  /** Lets go of the command, which runs on: its output is dropped and its stdin closed. `end` is not called any more. */
  detach(): void;
}

/** What an image that is made of a container has of its own. */
export interface CommitConfig {
  readonly labels: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workingDir?: string;
}

/** Labels that must all match; a value of `null` asks for the key alone. */
export type LabelFilter = Readonly<Record<string, string | null>>;

export interface DockerPort extends DockerNetworks {
  ping(): Promise<void>;
  version(): Promise<EngineVersion>;
  info(): Promise<EngineInfo>;

  /** Null when there is no such image. */
  inspectImage(reference: string): Promise<ImageFacts | null>;
  /** Makes an image of a root file system tar; `changes` are Dockerfile instructions. Answers the image's id. */
  importImage(
    tar: Readable,
    reference: string,
    changes: readonly string[],
    signal?: AbortSignal,
  ): Promise<string>;
  pullImage(reference: string, onProgress: (message: string) => void, signal: AbortSignal): Promise<void>;
  /** No error when it is gone. Throws `state_conflict` while a container uses it. */
  removeImage(reference: string): Promise<void>;
  /**
   * Makes an image of a container's files as they are now, without pausing it. What `config` leaves out is taken from
   * the container. Answers the image's id.
   */
  commitContainer(id: ContainerId, reference: string, config: CommitConfig): Promise<string>;
  /**
   * Builds an image from a tar with a Dockerfile in it. `onOutput` gets the builder's output as it comes, in pieces of
   * any size. The containers of its steps have `limits` each and are removed, whatever comes of the build. Answers the image's id.
   */
  buildImage(
    context: Readable,
    options: {
      readonly reference: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly network: string;
      readonly limits: Required<Pick<ContainerLimits, 'cpuCores' | 'memoryBytes'>>;
    },
    onOutput: (text: string) => void,
    signal: AbortSignal,
  ): Promise<string>;
  listImages(
    labels: LabelFilter,
  ): Promise<
    readonly { readonly id: string; readonly references: readonly string[]; readonly sizeBytes: number }[]
  >;

  createContainer(spec: ContainerSpec): Promise<ContainerId>;
  startContainer(id: ContainerId): Promise<void>;
  /** No error when it does not run. */
  killContainer(id: ContainerId, signal: string): Promise<void>;
  /** Resolves when it does not run any more, or is gone. */
  waitContainer(id: ContainerId): Promise<void>;
  /** Freezes and thaws through the daemon: the slow way, for hosts that allow no helper. */
  pauseContainer(id: ContainerId): Promise<void>;
  /** No error for one that runs already. */
  unpauseContainer(id: ContainerId): Promise<void>;
  /** Removes it, running or not, with its anonymous volumes. No error when it is gone. */
  removeContainer(id: ContainerId): Promise<void>;
  updateLimits(id: ContainerId, limits: ContainerLimits): Promise<void>;
  /** Null when there is no such container. */
  inspectContainer(id: ContainerId): Promise<ContainerFacts | null>;
  /** Bytes that a container wrote over its image, counted by a walk through its files. Null when it is gone. */
  containerSize(id: ContainerId): Promise<number | null>;
  listContainers(labels: LabelFilter): Promise<readonly ContainerSummary[]>;
  /** Containers, running or not, that were started in the network of this one. */
  listNetworkPeers(id: ContainerId): Promise<readonly ContainerId[]>;
  /** The container's stdin and stdout as one stream; stderr goes to `onStderr`. Works before its start, too. */
  attach(id: ContainerId, onStderr: (chunk: Buffer) => void): Promise<Duplex>;
  /** Starts a further command in a running container. The daemon says only through `handlers` whether it could. */
  exec(id: ContainerId, spec: ExecSpec, handlers: ExecHandlers): Promise<ExecHandle>;
  /** Null when the daemon does not know it any more. */
  inspectExec(
    execId: string,
  ): Promise<{ readonly running: boolean; readonly exitCode: number | null } | null>;
  /** How many processes it has and may have; the limit is 0 where there is none. */
  countProcesses(id: ContainerId): Promise<{ readonly current: number; readonly limit: number }>;
  /** Unpacks a tar into a directory of the container, which need not run. */
  putArchive(id: ContainerId, path: string, tar: Readable): Promise<void>;

  ensureVolume(
    name: string,
    labels: Readonly<Record<string, string>>,
  ): Promise<{ readonly created: boolean }>;
  removeVolume(name: string): Promise<void>;
  listVolumes(labels: LabelFilter): Promise<readonly string[]>;
  /** Those that no container has mounted. */
  listUnusedVolumes(labels: LabelFilter): Promise<readonly string[]>;

  /** Container events with these labels until `signal` aborts or the daemon goes away (then it throws). */
  events(labels: LabelFilter, signal: AbortSignal): AsyncIterable<ContainerEvent>;
}
