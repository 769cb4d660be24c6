/** Facts about the daemon, and its event stream. */
import type Docker from 'dockerode';
import { z } from 'zod';
import { withReadDeadline } from './deadline.ts';
import { dockerCall, translateDockerError } from './errors.ts';
import { readEvents, watchedActions } from './events.ts';
import type { DockerPort, LabelFilter } from './port.ts';
import { asReadable } from './streams.ts';

const Version = z.object({ Version: z.string(), ApiVersion: z.string(), Os: z.string(), Arch: z.string() });

const Info = z.object({
  Driver: z.string(),
  CgroupVersion: z.string().default('1'),
  CgroupDriver: z.string().default('cgroupfs'),
  DockerRootDir: z.string(),
  Runtimes: z.record(z.string(), z.unknown()).default({}),
  ExperimentalBuild: z.boolean().default(false),
  LiveRestoreEnabled: z.boolean().default(false),
  NCPU: z.number(),
  MemTotal: z.number(),
  SecurityOptions: z.array(z.string()).nullish(),
});

/** A label filter in the form of Docker's `filters` parameter. */
export const toLabelFilter = (labels: LabelFilter): string[] =>
  Object.entries(labels).map(([key, value]) => (value === null ? key : `${key}=${value}`));

export function systemOperations(docker: Docker): Pick<DockerPort, 'ping' | 'version' | 'info' | 'events'> {
  return {
    async ping() {
      await dockerCall('answer a ping', () => withReadDeadline(docker.ping()));
    },

    async version() {
      const raw: unknown = await dockerCall('tell its version', () => withReadDeadline(docker.version()));
      const facts = Version.parse(raw);
      return { version: facts.Version, apiVersion: facts.ApiVersion, os: facts.Os, arch: facts.Arch };
    },

    async info() {
      const raw: unknown = await dockerCall('describe itself', () => withReadDeadline(docker.info()));
      const facts = Info.parse(raw);
      return {
        storageDriver: facts.Driver,
        cgroupVersion: facts.CgroupVersion === '2' ? 2 : 1,
        cgroupDriver: facts.CgroupDriver,
        rootDir: facts.DockerRootDir,
        runtimes: Object.keys(facts.Runtimes),
        experimental: facts.ExperimentalBuild,
        liveRestore: facts.LiveRestoreEnabled,
        cpus: facts.NCPU,
        memoryBytes: facts.MemTotal,
        rootless: (facts.SecurityOptions ?? []).includes('name=rootless'),
      };
    },

    async *events(labels, signal) {
      try {
        const stream = await docker.getEvents({
          filters: JSON.stringify({
            type: ['container'],
            event: watchedActions,
            label: toLabelFilter(labels),
          }),
          abortSignal: signal,
        });
        yield* readEvents(asReadable(stream));
      } catch (error) {
        if (!signal.aborted) throw translateDockerError(error, 'stream its events');
      }
    },
  };
}
