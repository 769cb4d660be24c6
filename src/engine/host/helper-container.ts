/** Starts the helper container and keeps a connection to its agent. */
import { isThawError, ThawError } from '../../errors.ts';
import type { ContainerId } from '../../ids.ts';
import type { Logger } from '../../log.ts';
import { connectAgent } from '../agent/connect.ts';
import { goDirect } from '../agent/direct-link.ts';
import type { AgentConnection } from '../agent/port.ts';
import type { ContainerSpec, DockerPort } from '../docker/port.ts';
import { AGENT_PATH, type AgentVolume } from '../guest/agent-volume.ts';
import { helperName, labelsFor, ownerFilter, ROLE_LABEL } from '../labels.ts';
import type { EngineOptions } from '../options.ts';
import { CGROUP_MOUNT } from './cgroup-paths.ts';
import { HOST_ROOT } from './helper-files.ts';
import type { HelperConnection } from './helper-host.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** A helper that dies this often in a row is given up for this call. */
const ATTEMPTS = 3;

interface Parts {
  readonly docker: DockerPort;
  readonly options: Pick<EngineOptions, 'directLinks'>;
  readonly owner: string;
  readonly image: string;
  readonly volume: AgentVolume;
  readonly log: Logger;
}

/**
 * SYS_PTRACE reaches other processes' roots, SYS_ADMIN the overlay's own attributes; CHOWN to SETFCAP give replayed
 * files their owners, modes, nodes and capabilities.
 */
const CAPABILITIES = [
  'SYS_ADMIN',
  'NET_ADMIN',
  'SYS_PTRACE',
  'DAC_OVERRIDE',
  'SYS_CHROOT',
  'CHOWN',
  'FOWNER',
  'FSETID',
  'MKNOD',
  'SETFCAP',
];

/** `--privileged` asks for more than some hosts grant, so the capabilities are named. */
function helperSpec({ owner, image, volume }: Parts): ContainerSpec {
  return {
    name: helperName(owner),
    image,
    entrypoint: [AGENT_PATH],
    command: ['--host'],
    labels: { ...labelsFor(owner, 'helper'), 'thaw.agent': volume.name },
    network: 'host',
    pidMode: 'host',
    cgroupnsMode: 'host',
    mounts: [
      volume.mount,
      { kind: 'bind', source: '/sys/fs/cgroup', target: CGROUP_MOUNT, readOnly: false },
      { kind: 'bind', source: '/', target: HOST_ROOT, readOnly: true },
    ],
    capabilities: { drop: ['ALL'], add: CAPABILITIES },
    securityOptions: ['no-new-privileges', 'seccomp=unconfined', 'apparmor=unconfined'],
  };
}

/** The helper of an earlier owner process when it runs the same agent; any other is removed. */
async function adoptOrRemove({ docker, owner, volume }: Parts): Promise<ContainerId | null> {
  let adopted: ContainerId | null = null;
  for (const found of await docker.listContainers({ ...ownerFilter(owner), [ROLE_LABEL]: 'helper' })) {
    const fits = found.state === 'running' && found.labels['thaw.agent'] === volume.name && adopted === null;
    if (fits) adopted = found.id;
    else await docker.removeContainer(found.id);
  }
  return adopted;
}

async function attach(
  { docker, log, options }: Parts,
  id: ContainerId,
  start: boolean,
): Promise<AgentConnection> {
  const stream = await docker.attach(id, (chunk) =>
    log.warn({ helper: chunk.toString('utf8', 0, 500) }, 'helper stderr'),
  );
  try {
    if (start) await docker.startContainer(id);
    const attached = await connectAgent(stream, { timeoutMs: CONNECT_TIMEOUT_MS, host: true, log });
    if (options.directLinks === 'off') return attached;
    const facts = await docker.inspectContainer(id);
    return facts === null
      ? attached
      : await goDirect(attached, { containerId: id, pid: facts.pid }, log, { host: true });
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

async function open(parts: Parts): Promise<AgentConnection> {
  const adopted = await adoptOrRemove(parts);
  if (adopted !== null) {
    try {
      return await attach(parts, adopted, false);
    } catch (error) {
      parts.log.warn({ err: error }, 'the helper of an earlier owner does not answer; replacing it');
      await parts.docker.removeContainer(adopted);
    }
  }
  const id = await parts.docker.createContainer(helperSpec(parts));
  return await attach(parts, id, true);
}

/** A connection that is made again when it broke: a helper killed from outside costs one slow operation. */
export function helperConnection(parts: Parts): HelperConnection {
  let current: AgentConnection | null = null;
  let opening: Promise<AgentConnection> | null = null;
  let closing = false;

  const reopen = async (): Promise<AgentConnection> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        current = await open(parts);
        return current;
      } catch (error) {
        if (attempt >= ATTEMPTS || closing || isThawError(error, 'engine_unreachable')) throw error;
        parts.log.warn({ err: error, attempt }, 'the host helper did not start');
      }
    }
  };

  return {
    async agent() {
      if (current?.isOpen === true) return current;
      if (closing) throw new ThawError('cancelled', 'The engine is shutting down.');
      opening ??= reopen().finally(() => {
        opening = null;
      });
      return await opening;
    },
    async close() {
      closing = true;
      await opening?.catch(() => undefined);
      current?.close();
      for (const found of await parts.docker.listContainers({
        ...ownerFilter(parts.owner),
        [ROLE_LABEL]: 'helper',
      })) {
        await parts.docker.removeContainer(found.id);
      }
    },
  };
}
