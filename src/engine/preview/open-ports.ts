/** What listens in a sandbox and can be reached from outside it. */
import type { AgentConnection, ListeningPort } from '../agent/port.ts';

/** The Docker Engine's own resolver sits in the network of each container under this address. */
const DOCKER_RESOLVER = '127.0.0.11';

/** In ascending order of ports. */
export async function openPorts(agent: AgentConnection): Promise<readonly ListeningPort[]> {
  const listening = await agent.listeningPorts();
  return listening
    .filter(({ address }) => address !== DOCKER_RESOLVER)
    .sort((one, other) => one.port - other.port);
}
