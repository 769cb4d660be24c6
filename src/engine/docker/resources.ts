/** Volumes and networks. */
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { isThawError } from '../../errors.ts';
import { changeDeadline, readDeadline } from './deadline.ts';
import { dockerCall } from './errors.ts';
import type { DockerPort } from './port.ts';
import { toLabelFilter } from './system.ts';

type ResourceOperations = Pick<
  DockerPort,
  'ensureVolume' | 'removeVolume' | 'listVolumes' | 'ensureNetwork' | 'removeNetwork' | 'listNetworks'
>;

const GONE = 404;
/** Docker's answer for a network that still has endpoints: it lets go of those of a removed container a moment later. */
const IN_USE = 403;
const REMOVE_ATTEMPTS = 20;
const REMOVE_PAUSE_MS = 100;

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
      for (let attempt = 1; ; attempt += 1) {
        try {
          await dockerCall(
            'remove a network',
            () => docker.getNetwork(name).remove({ abortSignal: changeDeadline() }),
            [GONE],
          );
          return;
        } catch (error) {
          const inUse = isThawError(error) && error.context['status'] === IN_USE;
          if (!inUse || attempt === REMOVE_ATTEMPTS) throw error;
          await sleep(REMOVE_PAUSE_MS);
        }
      }
    },

    async listNetworks(labels) {
      const found = await networks({ label: toLabelFilter(labels) });
      return found.map(({ Id, Name }) => ({ id: Id, name: Name }));
    },
  };
}
