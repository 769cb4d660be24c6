/** Images: look, import, pull, remove. */
import type Docker from 'dockerode';
import { z } from 'zod';
import { changeDeadline, deadlines, readDeadline, withReadDeadline } from './deadline.ts';
import { dockerCall, translateDockerError } from './errors.ts';
import type { DockerPort } from './port.ts';
import { followProgress } from './progress-stream.ts';
import { asReadable } from './streams.ts';
import { toLabelFilter } from './system.ts';

const CPU_PERIOD_US = 100_000;

const withTransferDeadline = (signal?: AbortSignal): AbortSignal => {
  const deadline = AbortSignal.timeout(deadlines.transferMs);
  return signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
};

/** Only Docker's own image store has one with data. */
const GraphDriver = z.object({ Data: z.record(z.string(), z.unknown()) });

/** Repository and tag of a reference; the tag is `latest` where it names none. */
function splitReference(reference: string): [repo: string, tag: string] {
  const at = reference.lastIndexOf(':');
  return at > reference.lastIndexOf('/')
    ? [reference.slice(0, at), reference.slice(at + 1)]
    : [reference, 'latest'];
}

type ImageOperations = Pick<
  DockerPort,
  | 'inspectImage'
  | 'importImage'
  | 'pullImage'
  | 'commitContainer'
  | 'buildImage'
  | 'listImages'
  | 'removeImage'
>;

export function imageOperations(docker: Docker): ImageOperations {
  const idOf = async (reference: string): Promise<string> => {
    const facts = await dockerCall('inspect an image', () =>
      withReadDeadline(docker.getImage(reference).inspect()),
    );
    return facts?.Id ?? '';
  };

  /**
   * What an image takes on the disk. Docker's own store says it in the image's record; with containerd's store the record
   * has the size of its compressed layers alone, and only the list counts what they are unpacked to as well.
   */
  const sizeOf = async (facts: Docker.ImageInspectInfo): Promise<number> => {
    if (GraphDriver.safeParse(facts.GraphDriver).success) return facts.Size;
    const [tag] = facts.RepoTags ?? [];
    const filters = tag === undefined ? {} : { reference: [tag] };
    const found = await dockerCall('list its images', () =>
      docker.listImages({ filters, abortSignal: readDeadline() }),
    );
    return found?.find(({ Id }) => Id === facts.Id)?.Size ?? facts.Size;
  };

  return {
    async inspectImage(reference) {
      const facts = await dockerCall(
        'inspect an image',
        () => withReadDeadline(docker.getImage(reference).inspect()),
        [404],
      );
      if (facts === null) return null;
      return {
        id: facts.Id,
        env: facts.Config?.Env ?? [],
        workingDir: facts.Config?.WorkingDir ?? '',
        user: facts.Config?.User ?? '',
        sizeBytes: await sizeOf(facts),
        layers: facts.RootFS.Layers ?? [],
      };
    },

    async importImage(tar, reference, changes, signal) {
      const [repo, tag] = splitReference(reference);
      try {
        const stream = await docker.importImage(tar, {
          repo,
          tag,
          changes: [...changes],
          abortSignal: withTransferDeadline(signal),
        });
        return await followProgress(asReadable(stream), () => undefined);
      } catch (error) {
        throw translateDockerError(error, 'import a root file system');
      }
    },

    async pullImage(reference, onProgress, signal) {
      try {
        const stream: unknown = await docker.pull(reference, { abortSignal: signal });
        await followProgress(asReadable(stream), (line) => onProgress(line.trimEnd()));
      } catch (error) {
        throw translateDockerError(error, `pull ${reference}`);
      }
    },

    async commitContainer(id, reference, { labels, user, workingDir }) {
      const [repo, tag] = splitReference(reference);
      await dockerCall('commit a container', () =>
        docker.getContainer(id).commit({
          _query: { container: id, repo, tag, pause: false },
          // What is empty here is filled in from the container.
          _body: { Labels: { ...labels }, User: user ?? '', WorkingDir: workingDir ?? '' },
          abortSignal: AbortSignal.timeout(deadlines.transferMs),
        }),
      );
      return await idOf(reference);
    },

    async buildImage(context, { reference, labels, network, limits }, onOutput, signal) {
      try {
        const stream = await docker.buildImage(context, {
          t: reference,
          labels: { ...labels },
          networkmode: network,
          rm: true,
          forcerm: true,
          cpuperiod: CPU_PERIOD_US,
          cpuquota: Math.round(limits.cpuCores * CPU_PERIOD_US),
          memory: limits.memoryBytes,
          memswap: limits.memoryBytes,
          abortSignal: withTransferDeadline(signal),
        });
        await followProgress(asReadable(stream), onOutput);
        return await idOf(reference);
      } catch (error) {
        throw translateDockerError(error, 'build an image');
      }
    },

    async listImages(labels) {
      const found = await dockerCall('list its images', () =>
        docker.listImages({ filters: { label: toLabelFilter(labels) }, abortSignal: readDeadline() }),
      );
      return (found ?? []).map(({ Id, RepoTags, Size }) => ({
        id: Id,
        references: RepoTags ?? [],
        sizeBytes: Size,
      }));
    },

    async removeImage(reference) {
      await dockerCall(
        'remove an image',
        () => docker.getImage(reference).remove({ abortSignal: changeDeadline() }),
        [404],
      );
    },
  };
}
