/** What the engine does to a container from the host's side: freeze, thaw, limit, copy, filter. */
import type { ContainerId } from '../../ids.ts';
import type { DiskSpace } from '../disk/bounds.ts';
import type { CgroupPaths } from './cgroup-paths.ts';
import type { Limits } from './cgroup-writes.ts';
import type { OverlayDirectories } from './overlay-mount.ts';

/** A running container as the host sees it. */
export interface HostPlace {
  readonly containerId: ContainerId;
  /** Its init process on the host. */
  readonly pid: number;
  /** Null where freezing goes through the Docker API. */
  readonly cgroups: CgroupPaths | null;
}

/** Bytes on their way out of the host. */
export interface ByteSource {
  readonly chunks: AsyncIterable<Buffer>;
  /** Resolves when all of them were read; rejects when they could not be. Await it after the chunks. */
  readonly finished: Promise<void>;
  /** Ends the reading half-way. */
  abort(): void;
}

/** The bytes of a difference. */
export interface DifferenceReader extends ByteSource {
  /** Resolves when the tree was read, or could not be: `finished` tells. Its source need not stand still any longer. */
  readonly taken: Promise<void>;
}

/** A difference on its way from one container into others. */
export interface DifferenceCopy {
  /** As of a `DifferenceReader`. */
  readonly taken: Promise<void>;
  /** Resolves when every root has everything. Throws `disk_full`, `unsupported` or `engine_error`. */
  readonly finished: Promise<void>;
}

/** Takes the bytes of a difference and replays them. */
export interface DifferenceWriter {
  write(chunk: Buffer): Promise<void>;
  /** Resolves when everything was replayed. Throws `disk_full`, `archive_damaged` or `engine_error`. */
  finish(): Promise<void>;
  /** Ends the replay half-way. */
  abort(): void;
}

/** Whether the bytes of a difference are compressed on the host, and how. */
export type Codec = 'none' | 'zstd';

/** What who wants to see files, and not to replay them, gets of their contents. In bytes. */
export interface ShownBounds {
  /** Of one file. */
  readonly fileBytes: number;
  /** Of all files. */
  readonly contentBytes: number;
}

/** A container's files as the host sees them: the overlay's directories, and the root of a running container. */
export interface HostFiles {
  /** What the host compresses with. */
  readonly codec: Codec;
  /** The overlay of a running container. Throws `unsupported` where its root is none. */
  overlay(place: HostPlace): Promise<OverlayDirectories>;
  /** A directory of the host, such as the upper directory that Docker names, as this control reaches it. */
  hostDirectory(path: string): string;
  rootDirectory(place: HostPlace): string;
  /**
   * Replays the difference in `upper` into every root, from one read. Up to `heldBytes` are read ahead of what is slower,
   * here and below; beyond them, and on a full disk, reading goes at its pace.
   */
  copy(upper: string, roots: readonly string[], heldBytes: number): Promise<DifferenceCopy>;
  read(upper: string, codec: Codec, heldBytes: number): Promise<DifferenceReader>;
  apply(root: string, codec: Codec): Promise<DifferenceWriter>;
  /** The difference to look at: at `path` (from the top, without slashes at its ends) and below, or all of it. */
  show(upper: string, path: string, bounds: ShownBounds, heldBytes: number): Promise<DifferenceReader>;
  /** What an image has at the paths of `asked`, which is in the words of `diff-base`. */
  showImage(lowers: readonly string[], asked: Buffer, bounds: ShownBounds): Promise<DifferenceReader>;
}

/** How a container gets into the sandboxes' network. */
export interface NetworkLink {
  readonly bridge: string;
  /** What the host's ends of the containers' interfaces are called, with a dot and the address after it. */
  readonly portPrefix: string;
  /** The bridge's own addresses with their prefix lengths: IPv4, and IPv6 where there is some. */
  readonly gateway4: string;
  readonly gateway6: string | null;
}

/** Packet filter rules in the network namespaces of sandboxes, and what the host's own network is. */
export interface HostNetwork {
  /**
   * Gives a container an interface on a bridge and answers its IPv4 address. One that has an interface keeps it, and is
   * attached again to a bridge that was made anew. Throws `engine_error`, with `bridge: 'missing'` in its context when there is none.
   */
  plug(place: HostPlace, link: NetworkLink): Promise<string>;
  /** Runs nftables commands as one transaction. Throws `engine_error` when the kernel refuses them. */
  apply(place: HostPlace, script: string): Promise<void>;
  /** The JSON that a `list` command prints. */
  query(place: HostPlace, command: readonly string[]): Promise<string>;
  /** Whether what a `list` command names is there. */
  has(place: HostPlace, command: readonly string[]): Promise<boolean>;
  /** A small file of the host's /proc. */
  readHostFile(path: string): Promise<string>;
}

export interface LimitChange {
  readonly from: Limits;
  readonly to: Limits;
}

export interface HostControl {
  readonly mode: 'helper' | 'docker';
  /** Null where nothing on the host can be reached but the Docker API. */
  readonly files: HostFiles | null;
  /** Null where no rules can be set. */
  readonly network: HostNetwork | null;
  /** Finds the cgroups of a container whose init process on the host is `pid`. */
  locate(containerId: ContainerId, pid: number): Promise<HostPlace>;
  /** Stops every process of the container until its thaw. Resolves when the kernel took the request. */
  freeze(place: HostPlace): Promise<void>;
  /** Resolves when every process of a container that was frozen stands still. Throws `timeout` after two seconds. */
  untilFrozen(place: HostPlace): Promise<void>;
  /** Lets it run again. The limits are in force before its first instruction. */
  thaw(place: HostPlace, change?: LimitChange): Promise<void>;
  setLimits(place: HostPlace, change: LimitChange): Promise<void>;
  /** The file system of the host that holds a directory of it; null where that cannot be seen. */
  diskOf(directory: string): Promise<DiskSpace | null>;
  /** Removes what this control needed on the host. */
  close(): Promise<void>;
}
