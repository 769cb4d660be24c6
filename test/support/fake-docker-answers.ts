/** The parts of the in-memory Docker Engine that no test changes: what it says of itself, its volumes and networks, and what it refuses. */
import type { DockerPort, LabelFilter } from '../../src/engine/docker/port.ts';

/** By name, with their labels. */
export type LabelledObjects = Map<string, Readonly<Record<string, string>>>;

export const matches = (labels: Readonly<Record<string, string>>, filter: LabelFilter): boolean =>
  Object.entries(filter).every(([key, value]) => (value === null ? key in labels : labels[key] === value));

const unplanned = (name: string) => () => {
  throw new Error(`unplanned call of docker.${name}`);
};

type Fixed = Pick<
  DockerPort,
  | 'ping'
  | 'version'
  | 'info'
  | 'inspectImage'
  | 'importImage'
  | 'pullImage'
  | 'removeImage'
  | 'commitContainer'
  | 'buildImage'
  | 'listImages'
  | 'exec'
  | 'inspectExec'
  | 'countProcesses'
  | 'containerSize'
  | 'listNetworkPeers'
>;

export const fixedAnswers = (): Fixed => ({
  ping: async () => undefined,
  version: async () => ({ version: '0.0.0-fake', apiVersion: '1.41', os: 'linux', arch: 'amd64' }),
  info: async () => ({
    storageDriver: 'fake',
    cgroupVersion: 2,
    cgroupDriver: 'cgroupfs',
    rootDir: '/fake',
    runtimes: ['runc'],
    experimental: false,
    liveRestore: false,
    cpus: 4,
    memoryBytes: 8 * 1024 ** 3,
    rootless: false,
  }),
  inspectImage: async () => ({
    id: 'sha256:fake',
    env: [],
    workingDir: '',
    user: '',
    sizeBytes: 1,
    layers: [],
  }),
  importImage: unplanned('importImage'),
  pullImage: unplanned('pullImage'),
  removeImage: unplanned('removeImage'),
  commitContainer: unplanned('commitContainer'),
  buildImage: unplanned('buildImage'),
  listImages: async () => [],
  exec: unplanned('exec'),
  inspectExec: unplanned('inspectExec'),
  countProcesses: unplanned('countProcesses'),
  containerSize: async () => 0,
  listNetworkPeers: async () => [],
});

type Shared = Pick<
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

export function sharedObjects(volumes: LabelledObjects, networks: LabelledObjects): Shared {
  const named = (objects: LabelledObjects, labels: LabelFilter): string[] =>
    [...objects].filter(([, own]) => matches(own, labels)).map(([name]) => name);
  return {
    ensureVolume: async (name, labels) => {
      const created = !volumes.has(name);
      volumes.set(name, labels);
      return { created };
    },
    removeVolume: async (name) => void volumes.delete(name),
    listVolumes: async (labels) => named(volumes, labels),
    listUnusedVolumes: async () => [],
    ensureNetwork: async (name, labels) => {
      const created = !networks.has(name);
      networks.set(name, labels);
      return { created };
    },
    inspectNetwork: async (name) =>
      networks.has(name)
        ? {
            gateways: ['10.0.0.1'],
            prefixes: [{ gateway: '10.0.0.1/16', subnet: '10.0.0.0/16' }],
            bridge: 'br-fake',
          }
        : null,
    removeNetwork: async (name) => {
      networks.delete(name);
      return 'removed';
    },
    listNetworks: async (labels) => named(networks, labels).map((name) => ({ id: name, name })),
  };
}
