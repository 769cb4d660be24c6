/** Understands addresses in the form of DOCKER_HOST, with their TLS material. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DockerEndpoint } from '../../engine/docker/endpoint.ts';
import { ThawError } from '../../errors.ts';

const defaultPort = 2375;
const defaultTlsPort = 2376;

/** PEM files of a TLS client by the names that Docker gives them. Throws `setup_failed` when one is missing. */
async function readTls(directory: string): Promise<{ ca: string; cert: string; key: string }> {
  try {
    const [ca, cert, key] = await Promise.all(
      ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(directory, name), 'utf8')),
    );
    return { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
  } catch (cause) {
    throw new ThawError(
      'setup_failed',
      `The TLS files ca.pem, cert.pem and key.pem of ${directory} cannot be read.`,
      {
        cause,
      },
    );
  }
}

/**
 * The endpoint that `address` names. `tlsDirectory` is where ca.pem, cert.pem and key.pem are when the daemon wants TLS.
 * Throws `setup_failed` for what Thaw cannot use; `source` names the setting in that message.
 */
export async function parseDockerHost(
  address: string,
  source: string,
  tlsDirectory?: string,
): Promise<DockerEndpoint> {
  const scheme = /^([a-z]+):\/\//.exec(address)?.[1];
  const rest = scheme === undefined ? address : address.slice(scheme.length + 3);
  switch (scheme) {
    case 'unix':
      return { kind: 'socket', path: rest };
    case 'npipe':
      return { kind: 'socket', path: rest.replaceAll('/', '\\') };
    case 'tcp':
    case 'http':
    case 'https':
      return await parseTcp(address, rest, source, scheme === 'https', tlsDirectory);
    case undefined:
      if (address.startsWith('/') || address.startsWith('\\\\.\\pipe\\'))
        return { kind: 'socket', path: address };
      return await parseTcp(address, rest, source, false, tlsDirectory);
    case 'ssh':
      throw new ThawError(
        'setup_failed',
        `${source} is ${address}: Thaw cannot reach a daemon over ssh itself.`,
        {
          next: 'Forward its socket, for example with `ssh -L /tmp/docker.sock:/var/run/docker.sock HOST`, and set DOCKER_HOST=unix:///tmp/docker.sock.',
        },
      );
    default:
      throw new ThawError('setup_failed', `${source} is ${address}: the scheme ${scheme}:// is unknown.`, {
        next: 'Use unix://PATH, npipe://PATH or tcp://HOST:PORT.',
      });
  }
}

async function parseTcp(
  address: string,
  rest: string,
  source: string,
  secure: boolean,
  tlsDirectory: string | undefined,
): Promise<DockerEndpoint> {
  const wantsTls = secure || tlsDirectory !== undefined;
  if (!URL.canParse(`tcp://${rest}`)) {
    throw new ThawError('setup_failed', `${source} is ${address}, which names no host and port.`, {
      next: 'Use tcp://HOST:PORT.',
    });
  }
  const { hostname, port } = new URL(`tcp://${rest}`);
  const host = hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost';
  const number = port === '' ? (wantsTls ? defaultTlsPort : defaultPort) : Number(port);
  if (tlsDirectory === undefined) {
    if (!secure) return { kind: 'tcp', host, port: number };
    throw new ThawError('setup_failed', `${source} is ${address}, but there are no TLS files for it.`, {
      next: 'Set DOCKER_CERT_PATH to the directory that holds ca.pem, cert.pem and key.pem.',
    });
  }
  return { kind: 'tcp', host, port: number, tls: await readTls(tlsDirectory) };
}
