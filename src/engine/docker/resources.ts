/** Volumes and networks. */
import type Docker from 'dockerode';
import { changeDeadline, readDeadline } from './deadline.ts';
import { dockerCall } from './errors.ts';
import type { DockerPort } from './port.ts';
import { toLabelFilter } from './system.ts';

type ResourceOperations = Pick<
  DockerPort,
  'ensureVolume' | 'removeVolume' | 'listVolumes' | 'ensureNetwork' | 'removeNetwork' | 'listNetworks'
>;

const GONE = 404;

export function resourceOperations(docker: Docker): ResourceOperations {
  const networks = async (filters: Record<string, string[]>) =>
    (await dockerCall('list its networks', () =>
      docker.listNetworks({ filters, abortSignal: readDeadline() }),
    )) ?? [];

  return {
    async ensureVolume(name, labels) {
      const found = await dockerCall(
        'inspect a volume',
        () => docker.getVolume(name).inspect({ abortSignal: readDeadline() }),
        [GONE],
      );
      if (found !== null) return { created: false };
      await dockerCall('create a volume', () =>
        docker.createVolume({ Name: name, Labels: { ...labels }, abortSignal: changeDeadline() }),
      );
      return { created: true };
    },

    async removeVolume(name) {
      await dockerCall(
        'remove a volume',
        () => docker.getVolume(name).remove({ abortSignal: changeDeadline() }),
        [GONE],
      );
    },

    async listVolumes(labels) {
      const found = await dockerCall('list its volumes', () =>
        docker.listVolumes({ filters: { label: toLabelFilter(labels) }, abortSignal: readDeadline() }),
      );
      return (found?.Volumes ?? []).map(({ Name }) => Name);
    },

    async ensureNetwork(name, labels) {
      const found = await networks({ name: [name] });
      if (found.some((network) => network.Name === name)) return;
      await dockerCall('create a network', () =>
        docker.createNetwork({
          Name: name,
          Driver: 'bridge',
          CheckDuplicate: true,
          Labels: { ...labels },
          // Sandboxes are strangers to each other.
          Options: { 'com.docker.network.bridge.enable_icc': 'false' },
          abortSignal: changeDeadline(),
        }),
      );
    },

    async removeNetwork(name) {
      await dockerCall(
        'remove a network',
        () => docker.getNetwork(name).remove({ abortSignal: changeDeadline() }),
        [GONE],
      );
    },

    async listNetworks(labels) {
      const found = await networks({ label: toLabelFilter(labels) });
      return found.map(({ Id, Name }) => ({ id: Id, name: Name }));
    },
  };
}
