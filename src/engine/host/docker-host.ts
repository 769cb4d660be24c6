/** Host control through the Docker API alone: for hosts that allow no helper container. Slower by an order of magnitude. */
import type { DockerPort } from '../docker/port.ts';
import type { HostControl } from './port.ts';

export function dockerHost(docker: DockerPort): HostControl {
  const setLimits: HostControl['setLimits'] = async (place, { to }) => {
    await docker.updateLimits(place.containerId, { cpuCores: to.cpuCores, memoryBytes: to.memoryBytes });
  };
  return {
    mode: 'docker',
    files: null,
    network: null,
    locate: (containerId, pid) => Promise.resolve({ containerId, pid, cgroups: null }),
    freeze: (place) => docker.pauseContainer(place.containerId),
    // The daemon answers a pause when it is done.
    untilFrozen: () => Promise.resolve(),
    async thaw(place, change) {
      if (change !== undefined) await setLimits(place, change);
      await docker.unpauseContainer(place.containerId);
    },
    setLimits,
    diskOf: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
}
