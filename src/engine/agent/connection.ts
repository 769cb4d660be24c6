/** A live connection to a guest agent, put together from the operations of this directory. */
import { systemClock } from '../../clock.ts';
import { ThawError } from '../../errors.ts';
import { type AgentLink, unreachable } from './agent-link.ts';
import { offerDirect } from './direct-operation.ts';
import { codeOf, describeErrno } from './errno.ts';
import { fileOperations } from './file-operations.ts';
import { request } from './frame.ts';
import { rawRead, rawWrite } from './host-operations.ts';
import { dialGuest, listPorts } from './network-operations.ts';
import type { AgentConnection, AgentInfo, DirectOffer } from './port.ts';
import { spawnProcess } from './process.ts';
import { takeQuestions } from './resolver-operation.ts';

const CALL_TIMEOUT_MS = 5_000;
const SPAWN_TIMEOUT_MS = 15_000;
/** An agent of before there were direct links does not answer. */
const DIRECT_TIMEOUT_MS = 1_000;
const DIAL_TIMEOUT_MS = 10_000;
/** How long the agent may take to end beyond the grace that it gives. */
const SHUTDOWN_EXTRA_MS = 5_000;

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Refuses the host's operations unless the agent at the other end is the host helper's. */
function requireHost(host: boolean): void {
  if (!host) throw new ThawError('permission_denied', 'Only the host helper writes and reads host files.');
}

const directOffer = (link: AgentLink): DirectOffer => ({
  offer: async (keys) => await offerDirect(link, keys, DIRECT_TIMEOUT_MS),
  withdraw: () => link.tell(request.direct, Buffer.alloc(0)),
});

export function makeConnection(
  link: AgentLink,
  info: AgentInfo,
  { host, direct }: { readonly host: boolean; readonly direct: boolean },
): AgentConnection {
  let processes = 0;
  return {
    info,
    closed: link.closed,
    get isOpen() {
      return link.isOpen;
    },
    ...(direct ? {} : { direct: directOffer(link) }),
    async ping(timeoutMs = CALL_TIMEOUT_MS) {
      const started = systemClock.monotonic();
      await link.call(request.ping, Buffer.alloc(0), timeoutMs);
      return systemClock.monotonic() - started;
    },
    async spawn(options) {
      processes += 1;
      return await spawnProcess(link, options, processes, SPAWN_TIMEOUT_MS);
    },
    ...fileOperations(link),
    dial: async (port, address = 'localhost') => await dialGuest(link, port, address, DIAL_TIMEOUT_MS),
    listeningPorts: async () => await listPorts(link),
    takeQuestions: async (port) => await takeQuestions(link, port, CALL_TIMEOUT_MS),
    async signalAll(signal) {
      const errno = (await link.call(request.signalAll, u32(signal), CALL_TIMEOUT_MS)).readUInt32LE(0);
      if (errno !== 0) {
        throw new ThawError(codeOf(errno), `Not every process could be signalled: ${describeErrno(errno)}.`);
      }
    },
    async rawWrite(writes) {
      requireHost(host);
      await rawWrite(link, writes, CALL_TIMEOUT_MS);
    },
    async rawRead(path) {
      requireHost(host);
      return await rawRead(link, path, CALL_TIMEOUT_MS);
    },
    async shutdown(graceMs) {
      if (!link.isOpen) return;
      link.tell(request.shutdown, u32(graceMs));
      const timer = setTimeout(
        () => link.close(unreachable('The guest agent did not end when it was told to.')),
        graceMs + SHUTDOWN_EXTRA_MS,
      );
      await link.closed;
      clearTimeout(timer);
    },
    close: () => link.close(unreachable('The connection was closed by the engine.')),
  };
}
