/**
 * A connection to a port of a sandbox: to its address where this process is on the host of the sandboxes' bridge, and through
 * its agent everywhere else, and to servers that listen on the loopback address alone.
 */
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isThawError, ThawError } from '../../errors.ts';
import { GuestSocketStream } from '../agent/socket-stream.ts';
import type { EngineContext } from '../context.ts';
import type { Guest } from '../guest/guest.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';

const ECONNREFUSED = 111;
/** On the same host it takes microseconds, or is refused at once. */
const CONNECT_TIMEOUT_MS = 1_000;

/** Sockets that end with their guest: what has its address next must never see them. */
const sockets = new WeakMap<Guest, Set<Socket>>();

function bind(guest: Guest, socket: Socket): void {
  let bound = sockets.get(guest);
  if (bound === undefined) {
    const all = new Set<Socket>();
    bound = all;
    sockets.set(guest, all);
    void guest.agent.closed.then(() => {
      for (const each of all) each.destroy();
    });
  }
  bound.add(socket);
  socket.once('close', () => bound.delete(socket));
}

/** Null where there is no such way, or nothing listens on it. */
async function connectToAddress(guest: Guest, port: number): Promise<Socket | null> {
  const { address } = guest;
  if (address === null) return null;
  const socket = createConnection({ host: address, port, noDelay: true });
  bind(guest, socket);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    return socket;
  } catch {
    socket.destroy();
    return null;
  }
}

function refusal(error: unknown, port: number): unknown {
  if (!isThawError(error) || error.context['errno'] !== ECONNREFUSED) return error;
  return new ThawError('port_closed', `Nothing listens on port ${port} in the sandbox.`, { cause: error });
}

/** Throws `port_closed`, and what `requireGuest` throws. */
export async function connectToPort(
  context: EngineContext,
  sandbox: ManagedSandbox,
  port: number,
): Promise<Duplex> {
  const guest = await requireGuest(context, sandbox);
  if (await context.bridge.isHere()) {
    const socket = await connectToAddress(guest, port);
    if (socket !== null) return socket;
  }
  try {
    return new GuestSocketStream(await guest.agent.dial(port));
  } catch (error) {
    throw refusal(error, port);
  }
}
