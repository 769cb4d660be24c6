/** A running container with its agent: made, found again, and let go. */

import { isThawError, ThawError } from '../../errors.ts';
import type { ContainerId, SandboxId } from '../../ids.ts';
import type { Logger } from '../../log.ts';
import { connectAgent } from '../agent/connect.ts';
import { goDirect } from '../agent/direct-link.ts';
import type { AgentConnection } from '../agent/port.ts';
import type { ContainerFacts, DockerPort } from '../docker/port.ts';
import { execConnection } from '../exec-fallback/connection.ts';
import type { Limits } from '../host/cgroup-writes.ts';
import type { HostControl, HostPlace } from '../host/port.ts';
import type { SandboxBridge } from '../network/bridge.ts';
import type { NetworkGuard } from '../network/guard.ts';
import { type NameLogs, serveNames } from '../network/names/asker.ts';
import type { NameResolver } from '../network/names/resolver.ts';
import type { NetworkRecord } from '../network/policy.ts';
import type { EngineOptions } from '../options.ts';
import { type Attachment, containerSpec, type GuestPlan, hasAgent } from './container-spec.ts';
import { writeNetworkFiles } from './network-files.ts';

/** A container under load starts its agent late, but never this late. */
const CONNECT_TIMEOUT_MS = 30_000;

export interface Guest {
  readonly id: SandboxId;
  readonly containerId: ContainerId;
  readonly place: HostPlace;
  readonly agent: AgentConnection;
  /** On the owner's bridge, as text; null where Docker attaches it. */
  readonly address: string | null;
}

interface Parts {
  readonly options: Pick<EngineOptions, 'directLinks'>;
  readonly docker: DockerPort;
  readonly host: HostControl;
  readonly bridge: SandboxBridge;
  readonly network: NetworkGuard;
  readonly resolver: NameResolver;
  readonly nameLogs: NameLogs;
  readonly log: Logger;
}

interface Way {
  /** Whether the agent is the container's first process. */
  readonly agent: boolean;
  /** Whether the container is to be started. */
  readonly start: boolean;
}

async function connect(
  { docker, log }: Parts,
  id: ContainerId,
  { agent, start }: Way,
): Promise<AgentConnection> {
  // Attached before the start, so that nothing which the agent says is lost.
  const stream = await docker.attach(id, (chunk) =>
    log.warn({ container: id, text: chunk.toString('utf8', 0, 500) }, 'agent stderr'),
  );
  try {
    if (start) await docker.startContainer(id);
    if (!agent) return execConnection(docker, id, stream);
    return await connectAgent(stream, { timeoutMs: CONNECT_TIMEOUT_MS, log });
  } catch (error) {
    stream.destroy();
    throw !agent && isThawError(error, 'engine_error') ? withoutShell(error) : error;
  }
}

function withoutShell(cause: ThawError): ThawError {
  return new ThawError('engine_error', cause.message, {
    cause,
    next: 'Without a guest agent an image needs /bin/sh, sleep and the usual tools. Use such an image, or run `thaw doctor` on the host to see how to get the agent.',
  });
}

/** The shortest way to the agent that there is. */
async function shorten(
  { options, log }: Parts,
  attached: AgentConnection,
  place: HostPlace,
): Promise<AgentConnection> {
  return options.directLinks === 'off' ? attached : await goDirect(attached, place, log);
}

async function inspect({ docker }: Parts, id: ContainerId): Promise<ContainerFacts> {
  const facts = await docker.inspectContainer(id);
  if (facts !== null) return facts;
  throw new ThawError('engine_error', 'The container of the sandbox is gone.');
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

async function attachmentFor({ bridge }: Parts): Promise<Attachment> {
  if (!bridge.isOurs) return 'docker';
  return { ipv6: (await bridge.facts()).gateways.some((gateway) => gateway.includes(':')) };
}

/** The network of a container that has just been started, in which only the agent runs yet. */
async function connectToNetwork(
  parts: Parts,
  guest: Omit<Guest, 'address'>,
  record: NetworkRecord,
): Promise<Guest> {
  const { bridge, network } = parts;
  const { id, place, agent } = guest;
  // First of all: a policy that cannot be enforced is said before anything is attached.
  network.check(record);
  const address = bridge.isOurs ? await bridge.plug(place) : null;
  bridge.keep(place, agent.closed);
  await Promise.all([
    network.install(place, record),
    address === null ? undefined : writeNetworkFiles(agent, id, address),
    serveNames(parts, guest),
  ]);
  return { ...guest, address };
}

/**
 * Creates and starts the container of a sandbox. Nothing but the agent runs in it before its network policy is in force.
 * Leaves nothing behind when it fails.
 */
export async function launchGuest(
  parts: Parts,
  plan: GuestPlan,
  onCreated: (id: ContainerId) => void,
): Promise<Guest> {
  const containerId = await parts.docker.createContainer(containerSpec(plan, await attachmentFor(parts)));
  try {
    onCreated(containerId);
    const attached = await connect(parts, containerId, { agent: plan.volume !== null, start: true });
    const place = await locate(parts, containerId);
    const guest = { id: plan.id, containerId, agent: await shorten(parts, attached, place), place };
    return await connectToNetwork(parts, guest, plan.network);
  } catch (error) {
    await parts.docker.removeContainer(containerId).catch((cleanup: unknown) => {
      // Reconciliation finds it by its labels.
      parts.log.error({ err: cleanup, container: containerId }, 'a failed container could not be removed');
    });
    throw error;
  }
}

/**
 * Starts the stopped container of a sandbox again. Docker starts it with the limits of its own record, which knows
 * nothing of limits that were set by cgroup since; telling it only now keeps the daemon out of every claim and resize.
 */
export async function restartGuest(
  parts: Parts,
  id: SandboxId,
  containerId: ContainerId,
  { limits, network }: { readonly limits: Limits; readonly network: NetworkRecord },
): Promise<Guest> {
  const facts = await inspect(parts, containerId);
  const { cpuCores, memoryBytes } = facts.limits;
  if (cpuCores !== limits.cpuCores || memoryBytes !== limits.memoryBytes) {
    await parts.docker.updateLimits(containerId, {
      cpuCores: limits.cpuCores,
      memoryBytes: limits.memoryBytes,
    });
  }
  let agent = await connect(parts, containerId, { agent: hasAgent(facts), start: true });
  try {
    const place = await locate(parts, containerId);
    agent = await shorten(parts, agent, place);
    const guest = { id, containerId, agent, place };
    return await connectToNetwork(parts, guest, network);
  } catch (error) {
    agent.close();
    // Without its policy it must not run, and its commands start only over the agent: it goes back to where it was.
    await parts.docker.killContainer(containerId, 'SIGKILL');
    throw error;
  }
}

/**
 * Connects to a container that runs already. It is thawed first: a frozen agent cannot answer. Its policy is looked at
 * before that: whoever died may have died between writing a new one down and putting it in force.
 */
export async function adoptGuest(
  parts: Parts,
  id: SandboxId,
  containerId: ContainerId,
  network: NetworkRecord,
): Promise<Guest> {
  const facts = await inspect(parts, containerId);
  const place = await locate(parts, containerId);
  // Whoever started it may have died before it was attached, too.
  const address = parts.bridge.isOurs ? await parts.bridge.plug(place) : null;
  const stood = await parts.network.ensure(place, network);
  // An owner without the helper freezes through the daemon, and only the daemon may undo that.
  if (facts.paused) await parts.docker.unpauseContainer(containerId);
  await parts.host.thaw(place);
  const attached = await connect(parts, containerId, { agent: hasAgent(facts), start: false });
  const agent = await shorten(parts, attached, place);
  parts.bridge.keep(place, agent.closed);
  if (address !== null && !stood) await writeNetworkFiles(agent, id, address);
  await serveNames(parts, { id, place, agent });
  return { id, containerId, place, agent, address };
}
