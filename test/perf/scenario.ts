/** What a scenario of the benchmark is: it measures one thing on a stage that is set for it. */
import type { Environment } from '../../src/config.ts';
import type { DockerEndpoint } from '../../src/engine/docker/endpoint.ts';
import type { DockerPort } from '../../src/engine/docker/port.ts';
import type { Cleanup } from '../../src/quickstart/cleanup.ts';

/** What all scenarios share. */
export interface Bench {
  readonly endpoint: DockerEndpoint;
  readonly docker: DockerPort;
  readonly image: string;
  readonly agentBinary: string;
  readonly environment: Environment;
  /** The program and first arguments of the built command line. */
  readonly thaw: readonly [string, string];
  readonly quick: boolean;
  readonly signal: AbortSignal;
  readonly cleanup: Cleanup;
  /** Tells a waiting person what goes on. */
  readonly note: (line: string) => void;
}

/** Parked containers of the stages that have a pool; also the size of the burst. */
export const POOL_SIZE = 30;

export type Finding =
  | { readonly kind: 'times'; readonly name: string; readonly ms: readonly number[] }
  | {
      readonly kind: 'figure';
      readonly name: string;
      readonly value: number;
      readonly unit: string;
      readonly n: number;
      /** What exactly was measured. */
      readonly note: string;
    };

export interface Scenario<Stage> {
  /** The names of all that it finds. */
  readonly names: readonly string[];
  run(stage: Stage, bench: Bench): Promise<readonly Finding[]>;
}

/** Scenarios on one stage, which is opened when one of them is wanted and closed after the last. */
export interface Group {
  readonly names: readonly string[];
  run(wanted: (name: string) => boolean, bench: Bench): Promise<readonly Finding[]>;
}

export interface Closable {
  readonly close: () => Promise<void>;
}

/** `work` that runs once; whoever calls again waits for that one run. A stage is closed by its group and by the clean-up. */
export function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= work();
    return running;
  };
}

export function group<Stage extends Closable>(
  open: (bench: Bench) => Promise<Stage>,
  scenarios: readonly Scenario<Stage>[],
): Group {
  return {
    names: scenarios.flatMap(({ names }) => names),
    async run(wanted, bench) {
      const chosen = scenarios.filter(({ names }) => names.some(wanted));
      if (chosen.length === 0) return [];
      const stage = await open(bench);
      const findings: Finding[] = [];
      try {
        for (const scenario of chosen) {
          bench.signal.throwIfAborted();
          bench.note(`  ${scenario.names.join(', ')}`);
          findings.push(...(await scenario.run(stage, bench)));
        }
      } finally {
        await stage.close();
      }
      return findings.filter(({ name }) => wanted(name));
    },
  };
}

/** `normal` samples, or `quick` ones when the benchmark is to be short. */
export const samples = ({ quick }: Bench, normal: number, few: number): number => (quick ? few : normal);
