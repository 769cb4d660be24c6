/** Removes every Docker object of one owner, as the last resort after its own shutdown. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DockerPort } from '../../../src/engine/docker/port.ts';
import { ownerFilter } from '../../../src/engine/labels.ts';
import { Store } from '../../../src/engine/store/store.ts';

function ownerOf(stateDir: string): string | null {
  const path = join(stateDir, 'thaw.db');
  if (!existsSync(path)) return null;
  const store = new Store(path);
  try {
    return store.meta('owner');
  } finally {
    store.close();
  }
}

/** Removes the containers, networks and volumes of the owner of `stateDir`, then the directory. Nobody may use it any more. */
export async function removeOwner(docker: DockerPort, stateDir: string): Promise<void> {
  const owner = ownerOf(stateDir);
  if (owner !== null) {
    const filter = ownerFilter(owner);
    for (const { id } of await docker.listContainers(filter)) await docker.removeContainer(id);
    for (const { name } of await docker.listNetworks(filter))
      if ((await docker.removeNetwork(name)) === 'miscounted')
        process.stderr.write(
          `Docker keeps the network ${name} by a count of its own until it is restarted.\n`,
        );
    for (const name of await docker.listVolumes(filter)) await docker.removeVolume(name);
  }
  await rm(stateDir, { recursive: true, force: true });
}
