/** Containers: their life, their limits, and the ways into them. */
import type Docker from 'dockerode';
import { z } from 'zod';
import { asContainerId, type ContainerId } from '../../ids.ts';
import { AttachStream } from './attach-stream.ts';
import { limitsOf, toCreateOptions, toDockerLimits } from './container-config.ts';
import { changeDeadline, deadlines, readDeadline } from './deadline.ts';
import { dockerCall } from './errors.ts';
import type { ContainerFacts, DockerPort } from './port.ts';
import { asDuplex } from './streams.ts';
import { toLabelFilter } from './system.ts';

type ContainerOperations = Pick<
  DockerPort,
  | 'createContainer'
  | 'startContainer'
  | 'killContainer'
  | 'waitContainer'
  | 'pauseContainer'
  | 'unpauseContainer'
  | 'removeContainer'
  | 'updateLimits'
  | 'inspectContainer'
  | 'containerSize'
  | 'listContainers'
  | 'listNetworkPeers'
  | 'attach'
  | 'putArchive'
>;

const GraphDriver = z.object({
  Data: z.object({ UpperDir: z.string().min(1), LowerDir: z.string().default('') }),
});

function overlayOf(
  facts: Docker.ContainerInspectInfo,
): Pick<ContainerFacts, 'upperDirectory' | 'lowerDirectories'> {
  const parsed = GraphDriver.safeParse(facts.GraphDriver);
  if (!parsed.success) return { upperDirectory: null, lowerDirectories: [] };
  const { UpperDir, LowerDir } = parsed.data.Data;
  return { upperDirectory: UpperDir, lowerDirectories: LowerDir.split(':').filter((path) => path !== '') };
}

const Sized = z.object({ SizeRw: z.number().nullish() });

/** Docker's answers that mean “it is that way already”. */
const NOT_MODIFIED = 304;
const GONE = 404;
const CONFLICT = 409;

export function containerOperations(docker: Docker): ContainerOperations {
  const at = (id: ContainerId) => docker.getContainer(id);
  const inspect = async (id: ContainerId): Promise<ContainerFacts | null> => {
    const facts = await dockerCall(
      'inspect a container',
      () => at(id).inspect({ abortSignal: readDeadline() }),
      [GONE],
    );
    if (facts === null) return null;
    return {
      id: asContainerId(facts.Id),
      name: facts.Name.replace(/^\//, ''),
      imageId: facts.Image,
      labels: facts.Config.Labels,
      running: facts.State.Running,
      paused: facts.State.Paused,
      pid: facts.State.Pid,
      exitCode: facts.State.ExitCode,
      oomKilled: facts.State.OOMKilled,
      limits: limitsOf(facts.HostConfig),
      ...overlayOf(facts),
    };
  };
  return {
    async createContainer(spec) {
      const container = await dockerCall('create a container', () =>
        docker.createContainer({ ...toCreateOptions(spec), abortSignal: changeDeadline() }),
      );
      return asContainerId(container?.id ?? '');
    },

    async startContainer(id) {
      await dockerCall('start a container', () => at(id).start({ abortSignal: changeDeadline() }), [
        NOT_MODIFIED,
      ]);
    },

    async killContainer(id, signal) {
      await dockerCall('end a container', () => at(id).kill({ signal, abortSignal: changeDeadline() }), [
        GONE,
        CONFLICT,
      ]);
    },

    async waitContainer(id) {
      await dockerCall('wait for a container', () => at(id).wait({ abortSignal: changeDeadline() }), [GONE]);
    },

    async pauseContainer(id) {
      await dockerCall('pause a container', () => at(id).pause({ abortSignal: changeDeadline() }), [
        CONFLICT,
      ]);
    },

    async unpauseContainer(id) {
      try {
        await dockerCall('unpause a container', () => at(id).unpause({ abortSignal: changeDeadline() }));
      } catch (error) {
        // Depending on its version the daemon says 409 or 500 for one that is not paused.
        const facts = await inspect(id);
        if (facts?.running !== true || facts.paused) throw error;
      }
    },

    async removeContainer(id) {
      const options = { force: true, v: true, abortSignal: changeDeadline() };
      // A conflict says that another removal of the same container runs already.
      await dockerCall('remove a container', () => at(id).remove(options), [GONE, CONFLICT]);
    },

    async updateLimits(id, limits) {
      await dockerCall('update the limits of a container', () =>
        at(id).update({ ...toDockerLimits(limits), abortSignal: changeDeadline() }),
      );
    },

    inspectContainer: inspect,

    async containerSize(id) {
      // The type of the options lacks the size.
      const options = { size: true, abortSignal: changeDeadline() };
      const facts: unknown = await dockerCall('measure a container', () => at(id).inspect(options), [GONE]);
      return facts === null ? null : (Sized.parse(facts).SizeRw ?? 0);
    },

    async listContainers(labels) {
      const filters = { label: toLabelFilter(labels) };
      const found = await dockerCall('list its containers', () =>
        docker.listContainers({ all: true, filters, abortSignal: readDeadline() }),
      );
      return (found ?? []).map(({ Id, Labels, State }) => ({
        id: asContainerId(Id),
        labels: Labels,
        state: State,
      }));
    },

    async listNetworkPeers(id) {
      const found = await dockerCall('list its containers', () =>
        docker.listContainers({ all: true, abortSignal: readDeadline() }),
      );
      return (found ?? [])
        .filter(({ HostConfig }) => HostConfig.NetworkMode === `container:${id}`)
        .map(({ Id }) => asContainerId(Id));
    },

    async attach(id, onStderr) {
      // The signal would end the connection even after the upgrade, so the deadline is called off by then.
      const opening = new AbortController();
      const timer = setTimeout(() => opening.abort(), deadlines.readMs);
      try {
        const socket = await dockerCall('attach to a container', () =>
          at(id).attach({
            stream: true,
            hijack: true,
            stdin: true,
            stdout: true,
            stderr: true,
            abortSignal: opening.signal,
          }),
        );
        return new AttachStream(asDuplex(socket), onStderr);
      } finally {
        clearTimeout(timer);
      }
    },

    async putArchive(id, path, tar) {
      await dockerCall('copy files into a container', () =>
        at(id).putArchive(tar, { path, abortSignal: changeDeadline() }),
      );
    },
  };
}
