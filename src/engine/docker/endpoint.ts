/** Where a Docker Engine answers. */

export type DockerEndpoint =
  | { readonly kind: 'socket' /** A unix socket's path or a Windows pipe's name. */; readonly path: string }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      /** PEM texts; present when the daemon wants TLS. */
      readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
    };

/** The endpoint in the form of DOCKER_HOST, for messages and for the docker command line. */
export function describeEndpoint(endpoint: DockerEndpoint): string {
  if (endpoint.kind === 'tcp') return `tcp://${endpoint.host}:${endpoint.port}`;
  return endpoint.path.startsWith('\\\\.\\pipe\\') ? `npipe://${endpoint.path}` : `unix://${endpoint.path}`;
}
