/** Images: look, import, pull, remove. */
import type Docker from 'dockerode';
import { z } from 'zod';
import { ThawError } from '../../errors.ts';
import { changeDeadline, deadlines, withReadDeadline } from './deadline.ts';
import { dockerCall, translateDockerError } from './errors.ts';
import type { DockerPort } from './port.ts';
import { asReadable } from './streams.ts';

const Progress = z.object({
  status: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional(),
});

type ImageOperations = Pick<DockerPort, 'inspectImage' | 'importImage' | 'pullImage' | 'removeImage'>;

export function imageOperations(docker: Docker): ImageOperations {
  /** Follows a progress stream to its end; the daemon reports failures inside of it, after a 200. */
  const follow = (stream: NodeJS.ReadableStream, onProgress: (message: string) => void): Promise<string> =>
    new Promise((resolve, reject) => {
      let last = '';
      docker.modem.followProgress(
        stream,
        (error) => (error === null ? resolve(last) : reject(error)),
        (event: unknown) => {
          const { status, id, error } = Progress.parse(event);
          if (error !== undefined)
            reject(new ThawError('engine_error', `The Docker Engine reported: ${error}`));
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
      const at = reference.lastIndexOf(':');
      const [repo, tag] =
        at > reference.lastIndexOf('/')
          ? [reference.slice(0, at), reference.slice(at + 1)]
          : [reference, 'latest'];
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

    async removeImage(reference) {
      await dockerCall(
        'remove an image',
        () => docker.getImage(reference).remove({ abortSignal: changeDeadline() }),
        [404],
      );
    },
  };
}
