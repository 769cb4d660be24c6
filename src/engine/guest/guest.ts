/** A running container with its agent: made, found again, and let go. */

import { ThawError } from '../../errors.ts';
import type { ContainerId, SandboxId } from '../../ids.ts';
import type { Logger } from '../../log.ts';
import { connectAgent } from '../agent/connect.ts';
import type { AgentConnection } from '../agent/port.ts';
import type { DockerPort } from '../docker/port.ts';
import type { Limits } from '../host/cgroup-writes.ts';
import type { HostControl, HostPlace } from '../host/port.ts';
import { containerSpec, type GuestPlan } from './container-spec.ts';

/** A container under load starts its agent late, but never this late. */
const CONNECT_TIMEOUT_MS = 30_000;

export interface Guest {
  readonly id: SandboxId;
  readonly containerId: ContainerId;
  readonly place: HostPlace;
  readonly agent: AgentConnection;
}

interface Parts {
  readonly docker: DockerPort;
  readonly host: HostControl;
  readonly log: Logger;
}

async function connect({ docker, log }: Parts, id: ContainerId, start: boolean): Promise<AgentConnection> {
  // Attached before the start, so that nothing which the agent says is lost.
  const stream = await docker.attach(id, (chunk) =>
    log.warn({ container: id, text: chunk.toString('utf8', 0, 500) }, 'agent stderr'),
  );
  try {
    if (start) await docker.startContainer(id);
    return await connectAgent(stream, { timeoutMs: CONNECT_TIMEOUT_MS, log });
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

async function locate({ docker, host }: Parts, id: ContainerId): Promise<HostPlace> {
  const facts = await docker.inspectContainer(id);
  if (facts === null || !facts.running) {
    throw new ThawError('engine_error', 'The container ended right after its start.', {
      context: { exitCode: facts?.exitCode ?? -1 },
    });
  }
  return await host.locate(id, facts.pid);
}

/** Creates and starts the container of a sandbox. Leaves nothing behind when it fails. */
export async function launchGuest(
  parts: Parts,
  plan: GuestPlan,
  onCreated: (id: ContainerId) => void,
): Promise<Guest> {
  const containerId = await parts.docker.createContainer(containerSpec(plan));
  try {
    onCreated(containerId);
    const agent = await connect(parts, containerId, true);
    return { id: plan.id, containerId, agent, place: await locate(parts, containerId) };
  } catch (error) {
    await parts.docker.removeContainer(containerId).catch((cleanup: unknown) => {
      // Reconciliation finds it by its labels.
      parts.log.error({ err: cleanup, container: containerId }, 'a failed container could not be removed');
    });
    throw error;
  }
}

/** Starts the stopped container of a sandbox again. */
export async function restartGuest(
  parts: Parts,
  id: SandboxId,
  containerId: ContainerId,
  limits: Limits,
): Promise<Guest> {
  await parts.docker.updateLimits(containerId, {
    cpuCores: limits.cpuCores,
    memoryBytes: limits.memoryBytes,
  });
  const agent = await connect(parts, containerId, true);
  return { id, containerId, agent, place: await locate(parts, containerId) };
}

/** Connects to a container that runs already. It is thawed first: a frozen agent cannot answer. */
export async function adoptGuest(parts: Parts, id: SandboxId, containerId: ContainerId): Promise<Guest> {
  const place = await locate(parts, containerId);
  await parts.host.thaw(place);
  return { id, containerId, place, agent: await connect(parts, containerId, false) };
}
