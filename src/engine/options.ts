/** What the composition root hands to the engine. Everything is resolved and checked by then. */
import type { EventFeed } from '../backend/events.ts';
import type { OperationGroups } from '../backend/port.ts';
import type { PreviewBase } from '../backend/preview-address.ts';
import type { PreviewTarget } from '../backend/preview-target.ts';
import type { SandboxAccess, SshEndpoint } from '../backend/sandbox-access.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { DiskBounds } from './disk/bounds.ts';
import type { PrunedItem } from './disk/pruned.ts';
import type { DiskUse } from './disk/use.ts';
import type { DockerPort } from './docker/port.ts';
import type { JournalStep } from './lifecycle/steps.ts';

export interface EngineOptions {
  /** A directory of this owner alone (mode 0700): the store lives in it. Exists already. */
  readonly stateDir: string;
  readonly docker: DockerPort;
  /** Image of the default snapshot; it exists in the daemon. */
  readonly defaultSnapshot: { readonly name: string; readonly image: string };
  /** Path of the static guest agent for the daemon's architecture; null: there is none, and `docker exec` does its work, slowly. */
  readonly agentBinary: string | null;
  readonly pool: {
    /** How many parked sandboxes are kept ready for the default snapshot. 0 turns the pool off. */
    readonly target: number;
    /** How many are created at the same time at most. */
    readonly refillConcurrency: number;
  };
  /** What a sandbox gets when its create names nothing else. */
  readonly defaults: {
    readonly cpu: number;
    readonly memoryGiB: number;
    readonly pids: number;
    readonly user: string;
    readonly autoStopMinutes: number;
  };
  /** Sandboxes that may exist at once, whatever their state. */
  readonly maxSandboxes: number;
  /** How much of the disks may be filled; what is left out is a share of the disk. */
  readonly disk?: Partial<DiskBounds>;
  /** `off`: no host helper container; freezing and limits go through the Docker API and are slower, and no network policy is in force. */
  readonly helper: 'on' | 'off';
  /** `off`: agents are reached over the Docker Engine's attach streams alone; default on, where the owner may trace them. */
  readonly directLinks?: 'on' | 'off';
  /** Where the SSH gateway listens; null while it does not. Without it there is none. */
  readonly sshEndpoint?: () => SshEndpoint | null;
  /** Where previews are reached; null, or none at all, while nothing serves them. */
  readonly previewBase?: () => PreviewBase | null;
  /** The resolvers that names are looked up with, as Node writes them; default: those of this host. */
  readonly nameServers?: () => readonly string[];
  /** Private addresses and networks that sandboxes may reach like the internet; default none. */
  readonly openRanges?: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a pull, a build or an import may take; default 60 minutes, the API's limit of a build. */
  readonly makingTimeoutMs?: number;
  /** How long a call waits for one before it answers its state; default 30 s. */
  readonly answerWithinMs?: number;
  /** Called right after each step of an operation is on disk; a seam for crash tests. */
  readonly onStep?: (step: JournalStep) => void;
}

/** How a warm pool stands, and how it has done since the owner started. */
export interface PoolFigures {
  readonly target: number;
  readonly parked: number;
  readonly starting: number;
  readonly hits: number;
  readonly misses: number;
  readonly lastError: string | null;
}

/** The facts that `thaw status` shows. */
export interface EngineStatus {
  readonly docker: {
    readonly version: string;
    readonly storageDriver: string;
    readonly cgroupVersion: 1 | 2;
  };
  readonly snapshot: string;
  readonly pool: PoolFigures;
  /** How many sandboxes are in each state. */
  readonly sandboxes: Readonly<Record<string, number>>;
  readonly helper: 'on' | 'off' | 'failed';
  /** What commands and files go through in new sandboxes. */
  readonly agent: 'on' | 'docker exec';
  readonly connected: boolean;
}

/** The embedded backend with its life: what `openEngine(options)` in `engine.ts` resolves to. */
export interface Engine extends OperationGroups {
  readonly kind: 'embedded';
  /** The way into the sandbox of a valid SSH token; null for any other token. */
  admitSsh(token: string): SandboxAccess | null;
  /** What the preview proxy works on. */
  readonly previewTarget: PreviewTarget;
  readonly events: EventFeed;
  status(): EngineStatus;
  /** Bytes, numbers and bounds of what is kept on disk, measured now. */
  disk(): Promise<DiskUse>;
  /** Removes what no sandbox, backup or snapshot needs, and answers what that was; a dry run only answers. */
  prune(options: { readonly dryRun: boolean }): Promise<readonly PrunedItem[]>;
  /** Sandboxes that run or are about to: while there are any the owner does not exit on idleness. */
  runningSandboxes(): number;
  /**
   * Lets the pool go, ends connections and timers, closes the store. `keep` leaves running sandboxes running for
   * the next owner to adopt; `stop` stops them first (their files stay).
   */
  close(options: { readonly sandboxes: 'keep' | 'stop' }): Promise<void>;
}
