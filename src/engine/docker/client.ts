/** The Docker port over dockerode. The only place, with its neighbours in this folder, that knows dockerode. */
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { containerOperations } from './containers.ts';
import type { DockerEndpoint } from './endpoint.ts';
import { execOperations } from './execs.ts';
import { imageOperations } from './images.ts';
import type { DockerPort } from './port.ts';
import { resourceOperations } from './resources.ts';
import { systemOperations } from './system.ts';

/** Connections kept to the daemon for requests; attach and event streams come on top. */
const MAX_CONNECTIONS = 32;

/**
 * dockerode describes its options for a debug log at every request, whether or not anybody reads it: all sockets of
 * the agent and what hangs on them, which takes milliseconds of the event loop. An agent that says little about itself avoids that.
 */
function terse<Connections extends Agent>(agent: Connections): Connections {
  return Object.assign(agent, { [inspect.custom]: () => 'agent' });
}

/** The typings of dockerode do not know `agent`, which it hands to node:http as it is. */
function connect(endpoint: DockerEndpoint): Docker {
  const pooling = { keepAlive: true, maxSockets: MAX_CONNECTIONS, maxFreeSockets: 8 };
  if (endpoint.kind === 'socket') {
    const options = { socketPath: endpoint.path, agent: terse(new Agent(pooling)) };
    return new Docker(options);
  }
  const { host, port, tls } = endpoint;
  const options =
    tls === undefined
      ? { protocol: 'http' as const, host, port, agent: terse(new Agent(pooling)) }
      : {
          protocol: 'https' as const,
          host,
          port,
          ...tls,
          agent: terse(new TlsAgent({ ...pooling, ...tls })),
        };
  return new Docker(options);
}

/** A client for the daemon at `endpoint`. Nothing is contacted yet. */
export function createDockerClient(endpoint: DockerEndpoint): DockerPort {
  const docker = connect(endpoint);
  return {
    ...systemOperations(docker),
    ...imageOperations(docker),
    ...containerOperations(docker),
    ...execOperations(docker),
    ...resourceOperations(docker),
  };
}
