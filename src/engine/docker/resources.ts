/** Volumes and networks. */
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { isThawError } from '../../errors.ts';
import { changeDeadline, readDeadline } from './deadline.ts';
import { dockerCall } from './errors.ts';
import type { NetworkSubnet } from './network-port.ts';
import type { DockerPort } from './port.ts';
import { toLabelFilter } from './system.ts';

type ResourceOperations = Pick<
  DockerPort,
  | 'ensureVolume'
  | 'removeVolume'
  | 'listVolumes'
  | 'listUnusedVolumes'
  | 'ensureNetwork'
  | 'inspectNetwork'
  | 'removeNetwork'
  | 'listNetworks'
>;

const BRIDGE_NAME = 'com.docker.network.bridge.name';
const BRIDGE_ID_CHARS = 12;

const GONE = 404;
/** Docker's answer for a network that still has endpoints: it lets go of those of a removed container a moment later. */
const IN_USE = 403;
const REMOVE_ATTEMPTS = 20;
const REMOVE_PAUSE_MS = 100;

interface Pool {
  readonly Subnet: string;
  readonly Gateway: string;
}

const poolsOf = (wish: NetworkSubnet | undefined): readonly Pool[] =>
  wish === undefined ? [] : [{ Subnet: wish.subnet, Gateway: wish.gateway }];

export function resourceOperations(docker: Docker): ResourceOperations {
  const networks = async (filters: Record<string, string[]>) =>
    (await dockerCall('list its networks', () =>
      docker.listNetworks({ filters, abortSignal: readDeadline() }),
    )) ?? [];

  const hasContainers = async (network: string): Promise<boolean> => {
    const found = await dockerCall('list the containers of a network', () =>
      docker.listContainers({ all: true, filters: { network: [network] }, abortSignal: readDeadline() }),
    );
    return (found ?? []).length > 0;
  };

  const volumes = async (filters: Record<string, string[]>): Promise<readonly string[]> => {
    const found = await dockerCall('list its volumes', () =>
      docker.listVolumes({ filters, abortSignal: readDeadline() }),
    );
    return (found?.Volumes ?? []).map(({ Name }) => Name);
  };

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

    listVolumes: (labels) => volumes({ label: toLabelFilter(labels) }),
    listUnusedVolumes: (labels) => volumes({ label: toLabelFilter(labels), dangling: ['true'] }),

    async ensureNetwork(name, labels, { bridge, subnet4, subnet6 }) {
      const found = await networks({ name: [name] });
      if (found.some((network) => network.Name === name)) return { created: false };
      const four = poolsOf(subnet4);
      const six = poolsOf(subnet6);
      const create = (pools: readonly Pool[]): Promise<unknown> =>
        dockerCall('create a network', () =>
          docker.createNetwork({
            Name: name,
            Driver: 'bridge',
            CheckDuplicate: true,
            Labels: { ...labels },
            // Sandboxes are strangers to each other.
            Options: {
              'com.docker.network.bridge.enable_icc': 'false',
              ...(bridge === undefined ? {} : { [BRIDGE_NAME]: bridge }),
            },
            ...(pools.some((pool) => six.includes(pool)) ? { EnableIPv6: true } : {}),
            ...(pools.length === 0 ? {} : { IPAM: { Config: [...pools] } }),
            abortSignal: changeDeadline(),
          }),
        );
      // A kernel or a daemon without IPv6 refuses it, and so does one whose other networks have the addresses by now. It keeps
      // nothing of a network that it could not make.
      const choices = [
        [...four, ...six],
        ...(four.length > 0 && six.length > 0 ? [six, four] : []),
        ...(four.length + six.length > 0 ? [[]] : []),
      ];
      for (const [at, choice] of choices.entries()) {
        try {
          await create(choice);
          break;
        } catch (error) {
          if (at === choices.length - 1 || !isThawError(error, 'engine_error')) throw error;
        }
      }
      return { created: true };
    },

    async inspectNetwork(name) {
      const found = (await networks({ name: [name] })).find((network) => network.Name === name);
      if (found === undefined) return null;
      const prefixes = (found.IPAM?.Config ?? []).flatMap(({ Gateway, Subnet }) => {
        // Some releases write a gateway with its prefix length.
        const [address, bits] = [Gateway?.split('/')[0], Subnet?.split('/')[1]];
        if (address === undefined || Subnet === undefined || bits === undefined) return [];
        return [{ gateway: `${address}/${bits}`, subnet: Subnet }];
      });
      // In the order in which they were asked for, or another.
      prefixes.sort((one, other) => Number(one.subnet.includes(':')) - Number(other.subnet.includes(':')));
      return {
        prefixes,
        gateways: prefixes.flatMap(({ gateway }) => gateway.split('/')[0] ?? []),
        bridge: found.Options?.[BRIDGE_NAME] ?? `br-${found.Id.slice(0, BRIDGE_ID_CHARS)}`,
      };
    },

    async removeNetwork(name) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await dockerCall(
            'remove a network',
            () => docker.getNetwork(name).remove({ abortSignal: changeDeadline() }),
            [GONE],
          );
          return 'removed';
        } catch (error) {
          const inUse = isThawError(error) && error.context['status'] === IN_USE;
          if (!inUse) throw error;
          if (attempt === REMOVE_ATTEMPTS) {
            if (await hasContainers(name)) throw error;
            return 'miscounted';
          }
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
