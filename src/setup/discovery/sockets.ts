/** The places where Docker Engines and desktop products usually put their sockets. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type Host, setting } from '../host.ts';
import type { Candidate, Findings, Rejection } from './candidate.ts';

interface Place {
  readonly product: string;
  readonly path: string;
}

function unixPlaces(host: Host): readonly Place[] {
  const { home } = host;
  const runtimeDir = setting(host, 'XDG_RUNTIME_DIR');
  return [
    { product: 'system daemon', path: '/var/run/docker.sock' },
    ...(runtimeDir === undefined
      ? []
      : [{ product: 'rootless daemon', path: join(runtimeDir, 'docker.sock') }]),
    { product: 'Docker Desktop', path: join(home, '.docker/run/docker.sock') },
    { product: 'Docker Desktop', path: join(home, '.docker/desktop/docker.sock') },
    { product: 'OrbStack', path: join(home, '.orbstack/run/docker.sock') },
    { product: 'Colima', path: join(home, '.colima/default/docker.sock') },
    {
      product: 'Colima',
      path: join(setting(host, 'XDG_CONFIG_HOME') ?? join(home, '.config'), 'colima/default/docker.sock'),
    },
    { product: 'Rancher Desktop', path: join(home, '.rd/docker.sock') },
  ];
}

const windowsPlaces: readonly Place[] = [
  { product: 'Docker Desktop', path: '\\\\.\\pipe\\docker_engine' },
  { product: 'Docker Desktop', path: '\\\\.\\pipe\\dockerDesktopLinuxEngine' },
];

/** Sockets of what looks like Docker and is not: named, so that a reader knows why they are passed over. */
function podmanPlaces(host: Host): readonly string[] {
  const runtimeDir = setting(host, 'XDG_RUNTIME_DIR');
  return [
    '/run/podman/podman.sock',
    ...(runtimeDir === undefined ? [] : [join(runtimeDir, 'podman/podman.sock')]),
  ];
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

/** Every usual socket, in the order in which they are to be asked; whether one exists shows when it is. */
export async function fromUsualSockets(host: Host): Promise<Findings> {
  const onWindows = host.platform === 'win32';
  const places = onWindows ? windowsPlaces : unixPlaces(host);
  const candidates = places.map(({ product, path }): Candidate => {
    const actual = onWindows ? path : join(host.fileSystemRoot, path);
    return {
      source: `usual socket of ${product}`,
      endpoint: { kind: 'socket', path: actual },
      explicit: false,
    };
  });
  return { candidates, rejected: onWindows ? [] : await rejectPodman(host) };
}

async function rejectPodman(host: Host): Promise<readonly Rejection[]> {
  const rejected: Rejection[] = [];
  for (const path of podmanPlaces(host)) {
    const candidate = join(host.fileSystemRoot, path);
    if (await exists(candidate)) {
      rejected.push({ candidate, reason: 'Podman is not supported: Thaw needs a Docker Engine' });
    }
  }
  return rejected;
}
