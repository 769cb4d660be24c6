/** Sockets and ports inside the guest. */
import { ThawError } from '../../errors.ts';
import { formatAddress } from './address.ts';
import { type AgentLink, unreachable } from './agent-link.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type Channel, StartFailure } from './channel.ts';
import { withDeadline } from './deferred.ts';
import { codeOf, describeErrno, processLimit } from './errno.ts';
import { runFileRequest } from './file-request.ts';
import { type GuestSocket, type ListeningPort, RESOLVER_ADDRESS, RESOLVER_PORT } from './port.ts';
import { violation } from './violation.ts';

const OPERATION = 3;
const RECORD_BYTES = 31;
const MAX_PORTS = 4096;

/** Connects to a port inside the guest; `host` is an address, or `localhost`, which is 127.0.0.1 and then ::1. */
export async function dialGuest(
  link: AgentLink,
  port: number,
  host: string,
  timeoutMs: number,
): Promise<GuestSocket> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new ThawError('invalid_argument', 'A port is a whole number from 1 to 65535.');
  }
  const request = new ByteWriter().u8(OPERATION).u16(port).text(host, 'host').finish();
  const channel = link.open(request);
  try {
    await withDeadline(channel.started, timeoutMs, () => {
      return new ThawError(
        'timeout',
        `Nothing answered at ${host}:${port} in the sandbox in ${timeoutMs} ms.`,
      );
    });
  } catch (error) {
    channel.release(unreachable('The connection was given up.'));
    if (!(error instanceof StartFailure)) throw error;
    const { errno, step } = error.failure;
    if (step === 'limit') throw processLimit(error.failure);
    const code = codeOf(errno);
    throw new ThawError(code, `No connection to ${host}:${port} in the sandbox: ${describeErrno(errno)}.`, {
      next: 'See that a program in the sandbox listens on that port.',
      context: { port, errno },
    });
  }
  return toSocket(channel);
}

function toSocket(channel: Channel): GuestSocket {
  const destroy = (): void => channel.release(unreachable('The socket was closed.'));
  return {
    received: received(channel),
    write: async (data) => await channel.input.write(data),
    end: () => channel.input.end(),
    destroy,
  };
}

async function* received(channel: Channel): AsyncGenerator<Buffer> {
  yield* channel.outputs[0];
  if (!channel.isOver) return;
  const exit = await channel.exited.catch(() => null);
  if (exit?.kind === 'errno') {
    throw new ThawError(
      'state_conflict',
      `The connection in the sandbox broke: ${describeErrno(exit.value)}.`,
    );
  }
}

/** The TCP ports on which anything but a resolver listens in the guest's network, in the kernel's order. */
export async function listPorts(link: AgentLink): Promise<readonly ListeningPort[]> {
  const request = { verb: 'ports', path: '/proc/net/tcp', maxBytes: RECORD_BYTES * MAX_PORTS } as const;
  const { output } = await runFileRequest(link, request);
  const reader = new ByteReader(output);
  const ports: ListeningPort[] = [];
  while (reader.left > 0) {
    const family = reader.u8();
    if (family !== 4 && family !== 6) throw violation('a port has an unknown family');
    const [port, uid, inode] = [reader.u16(), reader.u32(), reader.u64()];
    const address = formatAddress(family, reader.take(16));
    // Docker's resolver and Thaw's are no ports of the sandbox's own.
    const resolver = address === RESOLVER_ADDRESS || (address === '::1' && port === RESOLVER_PORT);
    if (!resolver) ports.push({ port, uid, inode, family, address });
  }
  return ports;
}
