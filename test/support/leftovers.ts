/** Docker objects of Thaw, counted before and after a test run: what is new at the end was left behind. */
import type { DockerPort } from '../../src/engine/docker/port.ts';
import { OWNER_LABEL } from '../../src/engine/labels.ts';

/** Every container, network and volume of any owner, as lines for a message. */
export async function listThawObjects(docker: DockerPort): Promise<ReadonlySet<string>> {
  const filter = { [OWNER_LABEL]: null };
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers(filter),
    docker.listNetworks(filter),
    docker.listVolumes(filter),
  ]);
  return new Set([
    ...containers.map(({ id, labels }) => `container ${id.slice(0, 12)} ${JSON.stringify(labels)}`),
    ...networks.map(({ name }) => `network ${name}`),
    ...volumes.map((name) => `volume ${name}`),
  ]);
}

const NETWORK = 'network ';

/** Whether Docker itself will not let go of a network on which no container is. One that it lets go is gone afterwards. */
async function isMiscounted(docker: DockerPort, object: string): Promise<boolean> {
  if (!object.startsWith(NETWORK)) return false;
  try {
    return (await docker.removeNetwork(object.slice(NETWORK.length))) === 'miscounted';
  } catch {
    return false;
  }
}

/** What is there now and was not before, but for what Docker itself cannot remove. */
export async function leftBehind(
  docker: DockerPort,
  before: ReadonlySet<string>,
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const object of await listThawObjects(docker))
    if (!before.has(object) && !(await isMiscounted(docker, object))) left.push(object);
  return left;
}
