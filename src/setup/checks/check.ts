/** What a check of `thaw doctor` is. A check only looks: it starts, installs and changes nothing. */
import type { DockerEndpoint } from '../../engine/docker/endpoint.ts';
import type { Rejection } from '../discovery/candidate.ts';
import type { Host } from '../host.ts';
import type { DaemonFacts } from './daemon-facts.ts';

/** `info`: neither good nor bad. `warn`: something is slower or missing. `fail`: Thaw cannot run. */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'info';

export interface CheckResult {
  readonly status: CheckStatus;
  readonly found: string;
  /** What to do, where something can be done. */
  readonly advice?: string;
}

export interface Check {
  readonly id: string;
  readonly title: string;
  run(context: CheckContext): Promise<CheckResult>;
}

/** The daemon as found, or why there is none. */
export type EngineLookup =
  | {
      readonly endpoint: DockerEndpoint;
      readonly source: string;
      readonly managed: boolean;
      readonly rejected: readonly Rejection[];
      readonly daemon: DaemonFacts;
    }
  | {
      readonly problem: string;
      readonly advice: string;
      /** Whether the next start of an owner would start a managed daemon. */
      readonly startable: boolean;
    };

export interface CheckContext {
  readonly host: Host;
  readonly nodeVersion: string;
  readonly engine: EngineLookup;
  /** Where the owner keeps its store. */
  readonly stateDir: string;
  readonly engineDir: string;
  readonly cacheDir: string;
  /** The image that the default snapshot would have. */
  readonly snapshotImage: string;
  /** The process id of the owner, or null when none runs. */
  readonly ownerPid: number | null;
  /** Whether the daemon runs on this machine, so that its files and programs can be looked at. */
  readonly local: boolean;
}

/** A check that makes sense only when a daemon answers; without one it says so and nothing else. */
export const daemonCheck = (
  id: string,
  title: string,
  look: (daemon: DaemonFacts, context: CheckContext) => CheckResult | Promise<CheckResult>,
): Check => ({
  id,
  title,
  run: async (context) =>
    'daemon' in context.engine
      ? await look(context.engine.daemon, context)
      : { status: 'info', found: 'unknown without a Docker Engine' },
});
