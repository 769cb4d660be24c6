/** Images: look, import, pull, remove. */
import type Docker from 'dockerode';
import { z } from 'zod';
import { ThawError } from '../../errors.ts';
import { changeDeadline, deadlines, readDeadline, withReadDeadline } from './deadline.ts';
import { dockerCall, translateDockerError } from './errors.ts';
import type { DockerPort } from './port.ts';
import { asReadable } from './streams.ts';
import { toLabelFilter } from './system.ts';

const Progress = z.object({
  status: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional(),
  /** What a build prints. */
  stream: z.string().optional(),
});

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

  /** Follows a progress stream to its end; the daemon reports failures inside of it, after a 200. */
  const follow = (stream: NodeJS.ReadableStream, onProgress: (message: string) => void): Promise<string> =>
    new Promise((resolve, reject) => {
      let last = '';
      docker.modem.followProgress(
        stream,
        (error) => (error === null ? resolve(last) : reject(error)),
        (event: unknown) => {
          const { status, id, error, stream: text } = Progress.parse(event);
          if (error !== undefined)
            reject(new ThawError('engine_error', `The Docker Engine reported: ${error}`));
          if (text !== undefined) onProgress(text.trimEnd());
          if (status === undefined) return;
          last = status;
          onProgress(id === undefined ? status : `${id}: ${status}`);
        },
      );
    });

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
        sizeBytes: facts.Size,
      };
    },

    async importImage(tar, reference, changes) {
      const [repo, tag] = splitReference(reference);
      try {
        const stream = await docker.importImage(tar, {
          repo,
          tag,
          changes: [...changes],
          abortSignal: AbortSignal.timeout(deadlines.transferMs),
        });
        return await follow(stream, () => undefined);
      } catch (error) {
        throw translateDockerError(error, 'import a root file system');
      }
    },

    async pullImage(reference, onProgress, signal) {
      try {
        const stream: unknown = await docker.pull(reference, { abortSignal: signal });
        await follow(asReadable(stream), onProgress);
      } catch (error) {
        throw translateDockerError(error, `pull ${reference}`);
      }
    },

    async commitContainer(id, reference, labels) {
      const [repo, tag] = splitReference(reference);
      const changes = Object.entries(labels).map(([key, value]) => `LABEL ${key}=${value}`);
      await dockerCall('commit a container', () =>
        docker.getContainer(id).commit({
          repo,
          tag,
          pause: false,
          changes,
          abortSignal: AbortSignal.timeout(deadlines.transferMs),
        }),
      );
      return await idOf(reference);
    },

    async buildImage(context, { reference, labels, network }, onLine, signal) {
      try {
        const stream = await docker.buildImage(context, {
          t: reference,
          labels: { ...labels },
          networkmode: network,
          rm: true,
          forcerm: true,
          abortSignal: AbortSignal.any([signal, AbortSignal.timeout(deadlines.transferMs)]),
        });
        await follow(stream, onLine);
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
