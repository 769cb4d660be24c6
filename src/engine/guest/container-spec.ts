/** How the container of a sandbox is made: what it is allowed, and what it is not. */
import type { SandboxId } from '../../ids.ts';
import type { ContainerFacts, ContainerSpec, Mount } from '../docker/port.ts';
import { initEntrypoint } from '../exec-fallback/init-script.ts';
import type { Limits } from '../host/cgroup-writes.ts';
import { containerName, labelsFor, networkName } from '../labels.ts';
import type { NetworkRecord } from '../network/policy.ts';
import { AGENT_PATH, type AgentVolume } from './agent-volume.ts';

/**
 * What root inside of a sandbox needs to install packages, change users and serve low ports. Of Docker's
 * default set, raw sockets, device nodes, chroot, audit and file capabilities are left out.
 */
const CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETUID',
  'SETPCAP',
];

/** Tells how a container is reached, whatever the owner that finds it would make today. */
const GUEST_LABEL = 'thaw.guest';
const WITHOUT_AGENT = 'docker-exec';

export const hasAgent = ({ labels }: Pick<ContainerFacts, 'labels'>): boolean =>
  labels[GUEST_LABEL] !== WITHOUT_AGENT;

export interface GuestPlan {
  readonly id: SandboxId;
  readonly owner: string;
  readonly image: string;
  /** Null: no agent, the container is reached by `docker exec`. */
  readonly volume: AgentVolume | null;
  readonly limits: Limits;
  readonly pids: number;
  /** The volumes of a sandbox; a parked container that any claim fits has none. */
  readonly mounts?: readonly Mount[];
  readonly network: NetworkRecord;
  /** Whether other containers are to be started in its network, by Docker. */
  readonly isJoined?: boolean;
}

/** How the container is attached: by Docker to the owner's network, or by Thaw to its bridge. */
export type Attachment = 'docker' | { readonly ipv6: boolean };

/** Docker turns IPv6 off in a network namespace that it makes without a network. */
const IPV6_ON = { 'net.ipv6.conf.all.disable_ipv6': '0', 'net.ipv6.conf.default.disable_ipv6': '0' };

/** Only a namespace of Docker's has the files that a joining container shares; one of the runtime's own is there four times sooner. */
function networkOf(plan: GuestPlan, attachment: Attachment): Pick<ContainerSpec, 'network' | 'sysctls'> {
  if (attachment === 'docker') return { network: networkName(plan.owner) };
  if (plan.isJoined !== true) return { network: null };
  return { network: 'none', ...(attachment.ipv6 ? { sysctls: IPV6_ON } : {}) };
}

/** But for mounts nothing in it depends on who will use the sandbox, so any parked container fits any claim. */
export function containerSpec(plan: GuestPlan, attachment: Attachment): ContainerSpec {
  const { volume, mounts = [] } = plan;
  return {
    name: containerName(plan.id),
    image: plan.image,
    entrypoint: plan.volume === null ? initEntrypoint : [AGENT_PATH],
    hostname: plan.id,
    labels: {
      ...labelsFor(plan.owner, 'sandbox', plan.id),
      ...(plan.volume === null ? { [GUEST_LABEL]: WITHOUT_AGENT } : {}),
    },
    ...networkOf(plan, attachment),
    mounts: volume === null ? mounts : [volume.mount, ...mounts],
    capabilities: { drop: ['ALL'], add: CAPABILITIES },
    securityOptions: ['no-new-privileges'],
    limits: { cpuCores: plan.limits.cpuCores, memoryBytes: plan.limits.memoryBytes, pids: plan.pids },
  };
}
