/** Engines named by Thaw's own setting or by Docker's environment variables. */
import { join } from 'node:path';
import { type Host, setting } from '../host.ts';
import { type Findings, nothingFound } from './candidate.ts';
import { parseDockerHost } from './docker-host.ts';

/** Where Docker's command line keeps its configuration. */
export const dockerConfigDir = (host: Host): string =>
  join(host.fileSystemRoot, setting(host, 'DOCKER_CONFIG') ?? join(host.home, '.docker'));

const tlsDirectory = (host: Host): string | undefined =>
  setting(host, 'DOCKER_TLS_VERIFY') === undefined && setting(host, 'DOCKER_TLS') === undefined
    ? undefined
    : (setting(host, 'DOCKER_CERT_PATH') ?? dockerConfigDir(host));

/** The engine of a flag or of THAW_DOCKER_HOST. */
export async function fromThawSetting(host: Host, address: string | undefined): Promise<Findings> {
  if (address === undefined) return nothingFound;
  const source = 'the setting docker host';
  const endpoint = await parseDockerHost(address, source, tlsDirectory(host));
  return { candidates: [{ source, endpoint, explicit: true }], rejected: [] };
}

/** The engine of DOCKER_HOST, with DOCKER_TLS_VERIFY and DOCKER_CERT_PATH. */
export async function fromDockerHost(host: Host): Promise<Findings> {
  const address = setting(host, 'DOCKER_HOST');
  if (address === undefined) return nothingFound;
  const endpoint = await parseDockerHost(address, 'DOCKER_HOST', tlsDirectory(host));
  return { candidates: [{ source: 'DOCKER_HOST', endpoint, explicit: true }], rejected: [] };
}
