/**
 * An AgentConnection over `docker exec`, for architectures without an agent binary: slower by a factor of some fifty, and weaker.
 * A signal is one more start; an exit code above 128 is taken for a signal; terminals, limits of a
 * process and dialling are refused; moving is two steps; variables with names that no shell takes may be dropped.
 */
import type { Duplex } from 'node:stream';
import { systemClock } from '../../clock.ts';
import { ThawError } from '../../errors.ts';
import type { ContainerId } from '../../ids.ts';
import { withDeadline } from '../agent/deferred.ts';
import type { AgentConnection } from '../agent/port.ts';
import type { DockerPort } from '../docker/port.ts';
import { collect } from './collect.ts';
import { signalAllArgv } from './command-script.ts';
import { PORTS_SCRIPT } from './file-scripts.ts';
import { fileOperations } from './files.ts';
import { parsePorts } from './ports.ts';
import { runScript } from './run-script.ts';
import { SandboxLink, unreachable } from './sandbox-link.ts';
import { spawnCommand } from './spawn.ts';

const PING_TIMEOUT_MS = 5_000;
const SIGNAL_TIMEOUT_MS = 15_000;
const KILLED_TIMEOUT_MS = 5_000;
const MAX_PORTS_BYTES = 1024 * 1024;

function unsupported(what: string): ThawError {
  return new ThawError('unsupported', `${what} needs the guest agent, and this sandbox runs without one.`);
}

/** `docker stop`: SIGTERM, the grace, SIGKILL. */
async function shutDown(link: SandboxLink, graceMs: number): Promise<void> {
  if (!link.isOpen) return;
  const late = (): Error => unreachable('The container did not end when it was told to.');
  await link.docker.killContainer(link.containerId, 'SIGTERM');
  try {
    await withDeadline(link.closed, graceMs, late);
  } catch {
    await link.docker.killContainer(link.containerId, 'SIGKILL');
    await withDeadline(link.closed, KILLED_TIMEOUT_MS, late).catch((error: unknown) =>
      link.close(unreachable('The container did not end when it was killed.', error)),
    );
  }
}

/** `stream` is attached to the container's first process, which must be the one of `init-script.ts`. */
export function execConnection(
  docker: DockerPort,
  containerId: ContainerId,
  stream: Duplex,
): AgentConnection {
  const link = new SandboxLink(docker, containerId, stream);
  return {
    info: { protocolVersion: 0, agentVersion: 'docker exec', inherited: 0 },
    closed: link.closed,
    get isOpen() {
      return link.isOpen;
    },
    async ping(timeoutMs = PING_TIMEOUT_MS) {
      link.requireOpen();
      const started = systemClock.monotonic();
      await withDeadline(docker.ping(), timeoutMs, () =>
        unreachable(`The Docker Engine did not answer within ${timeoutMs} ms.`),
      );
      return systemClock.monotonic() - started;
    },
    spawn: async (options) => await spawnCommand(link, options),
    ...fileOperations(link),
    dial: () => Promise.reject(unsupported('Connecting to a port of the sandbox')),
    async listeningPorts() {
      const request = { script: PORTS_SCRIPT, path: '/proc/net/tcp', maxBytes: MAX_PORTS_BYTES };
      return parsePorts((await runScript(link, request)).output.toString('latin1'));
    },
    takeQuestions: () => Promise.reject(unsupported('Resolving names')),
    async signalAll(signal) {
      await collect(link, { argv: signalAllArgv(signal) }, { timeoutMs: SIGNAL_TIMEOUT_MS, maxBytes: 0 });
    },
    rawWrite: () => Promise.reject(unsupported('Writing host files')),
    rawRead: () => Promise.reject(unsupported('Reading host files')),
    shutdown: async (graceMs) => await shutDown(link, graceMs),
    close: () => link.close(unreachable('The connection was closed by the engine.')),
  };
}
