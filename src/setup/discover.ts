/** Finds the Docker Engine to use: asks every candidate in a fixed order and remembers why the earlier ones were passed over. */
import { type DockerEndpoint, describeEndpoint } from '../engine/docker/endpoint.ts';
import { ThawError } from '../errors.ts';
import type { Findings, Rejection } from './discovery/candidate.ts';
import { fromContext } from './discovery/context.ts';
import { fromDockerHost, fromThawSetting } from './discovery/environment.ts';
import { whyUnusable } from './discovery/ping.ts';
import { fromUsualSockets } from './discovery/sockets.ts';
import { type Host, setting } from './host.ts';

/** The value of the docker host setting that asks for the managed daemon whatever else answers. */
export const managedKeyword = 'managed';

export interface FoundEngine {
  readonly endpoint: DockerEndpoint;
  /** Where it was found, in words for a person. */
  readonly source: string;
  /** Whether it is the private daemon that Thaw starts and stops itself. */
  readonly managed: boolean;
  readonly rejected: readonly Rejection[];
}

/** The private daemon as discovery sees it. */
export interface ManagedSource {
  /** The daemon's endpoint once it answers, or why it does not. May start it. */
  readonly open: () => Promise<{ readonly endpoint: DockerEndpoint } | { readonly reason: string }>;
}

export interface DiscoverOptions {
  readonly host: Host;
  /** What a flag says; without one THAW_DOCKER_HOST counts. */
  readonly dockerHost?: string | undefined;
  readonly managed: ManagedSource;
  readonly pingDeadlineMs?: number;
}

async function openManaged(managed: ManagedSource, rejected: readonly Rejection[]): Promise<FoundEngine> {
  const opened = await managed.open();
  if ('endpoint' in opened) {
    return { endpoint: opened.endpoint, source: 'managed daemon', managed: true, rejected };
  }
  const all = [...rejected, { candidate: 'managed daemon', reason: opened.reason }];
  throw new ThawError(
    'engine_unreachable',
    ['No Docker Engine answers.', ...all.map(({ candidate, reason }) => `  ${candidate}: ${reason}`)].join(
      '\n',
    ),
    {
      next: 'Start Docker (or install it: https://docs.docker.com/engine/install/), or set THAW_DOCKER_HOST.',
    },
  );
}

/**
 * The first engine that answers. Throws `engine_unreachable` when an engine that somebody named does not answer,
 * and when none answers at all; `setup_failed` when a setting cannot be understood.
 */
export async function discoverEngine(options: DiscoverOptions): Promise<FoundEngine> {
  const { host, managed } = options;
  const asked = options.dockerHost ?? setting(host, 'THAW_DOCKER_HOST');
  if (asked === managedKeyword) return await openManaged(managed, []);

  const ways: readonly (() => Promise<Findings>)[] = [
    () => fromThawSetting(host, asked),
    () => fromDockerHost(host),
    () => fromContext(host),
    () => fromUsualSockets(host),
  ];
  const rejected: Rejection[] = [];
  for (const way of ways) {
    const findings = await way();
    rejected.push(...findings.rejected);
    for (const { endpoint, source, explicit } of findings.candidates) {
      const reason = await whyUnusable(endpoint, options.pingDeadlineMs);
      if (reason === null) return { endpoint, source, managed: false, rejected };
      const candidate = `${describeEndpoint(endpoint)} (${source})`;
      if (explicit) {
        throw new ThawError(
          'engine_unreachable',
          `The Docker Engine at ${candidate} does not answer: ${reason}.`,
          {
            next: 'Start that engine, or change the setting that names it; Thaw uses no other one in its place.',
          },
        );
      }
      rejected.push({ candidate, reason });
    }
  }
  return await openManaged(managed, rejected);
}
