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

export const newObjects = (before: ReadonlySet<string>, after: ReadonlySet<string>): readonly string[] =>
  [...after].filter((object) => !before.has(object));
