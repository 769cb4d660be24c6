/**
 * Goes around the two processes that Docker's attach stream passes through: a socket straight to an agent on this kernel.
 * `src/guest/PROTOCOL.md`, "Direct link", says how the two find each other.
 */
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { type ContainerId, randomBuffer } from '../../ids.ts';
import type { Logger } from '../../log.ts';
import { unreachable } from './agent-link.ts';
import { connectAgent } from './connect.ts';
import { deferred, withDeadline } from './deferred.ts';
import type { AgentConnection } from './port.ts';
import { violation } from './violation.ts';

const KEY_BYTES = 16;
/** All of it is local; who is slower than this is not the agent, or has worse troubles than a long way. */
const TIMEOUT_MS = 1_000;
/** As long as over an attach stream: it has answered a moment ago, but a host may be busy. */
const GREETING_TIMEOUT_MS = 30_000;

export interface AgentPlace {
  readonly containerId: ContainerId;
  /** The agent's process id as the Docker Engine tells it. */
  readonly pid: number;
}

/** Whether that process is the container's here, too: an engine in a container or on another machine counts otherwise. */
async function isOurs({ containerId, pid }: AgentPlace): Promise<boolean> {
  try {
    return (await readFile(`/proc/${pid}/cgroup`, 'utf8')).includes(containerId);
  } catch {
    return false;
  }
}

/** Waits for exactly one key: the agent says nothing more before it was greeted. */
async function hear(socket: Socket): Promise<Buffer> {
  const heard = deferred<Buffer>();
  let bytes = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length >= KEY_BYTES) heard.resolve(bytes);
  };
  socket.on('data', onData);
  socket.once('close', () => heard.reject(unreachable('The direct link was closed before it was open.')));
  try {
    return await heard.promise;
  } finally {
    socket.off('data', onData);
  }
}

/** A socket to whoever listens there and knows both keys. */
async function open(path: string, keys: Buffer): Promise<Socket> {
  const socket = createConnection({ path });
  // Whoever waits for it hears of an error too; one that comes later is no crash.
  socket.on('error', () => undefined);
  try {
    const said = await withDeadline(
      once(socket, 'connect').then(async () => await hear(socket)),
      TIMEOUT_MS,
      () => unreachable('The direct link did not open in time.'),
    );
    if (said.length !== KEY_BYTES || !timingSafeEqual(said, keys.subarray(0, KEY_BYTES)))
      throw violation('it is not who the link was opened to');
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/**
 * A connection over a socket of its own in place of `agent`, which is closed then; or `agent` itself where there is no such
 * way: without the right to trace the agent, or from another machine. Nothing may run over `agent` yet. Throws what
 * `connectAgent` throws when the agent took the link and then does not answer; `agent` is closed then, too.
 */
export async function goDirect(
  agent: AgentConnection,
  place: AgentPlace,
  log: Logger,
  { host = false }: { readonly host?: boolean } = {},
): Promise<AgentConnection> {
  if (agent.direct === undefined || !(await isOurs(place))) return agent;
  const keys = randomBuffer(2 * KEY_BYTES);
  let socket: Socket;
  try {
    const descriptor = await agent.direct.offer(keys);
    socket = await open(`/proc/${place.pid}/fd/${descriptor}`, keys);
  } catch (error) {
    log.debug({ err: error, container: place.containerId }, 'no direct link to the guest agent');
    agent.direct.withdraw();
    return agent;
  }
  // From here on the agent listens to the socket alone.
  agent.close();
  socket.write(keys.subarray(KEY_BYTES));
  return await connectAgent(socket, { host, log, direct: true, timeoutMs: GREETING_TIMEOUT_MS });
}
