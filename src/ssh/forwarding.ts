/** Local forwarding: connections that the client opens to what listens in the sandbox. */
import type { Connection, ServerChannel } from 'ssh2';
import type { AccessSocket, SandboxAccess } from '../backend/sandbox-access.ts';
import { relaySocket } from './relay.ts';
import type { Visitor } from './visitor.ts';

interface Opening {
  readonly accept: () => ServerChannel | undefined;
  readonly reject: () => unknown;
  readonly dial: () => Promise<AccessSocket>;
}

/** Connects in the sandbox first, so that the client hears at once when nothing listens there. */
async function open({ accept, reject, dial }: Opening, visitor: Visitor): Promise<void> {
  if (!visitor.reserve()) {
    reject();
    return;
  }
  try {
    const socket = await dial().catch((error: unknown) => {
      visitor.noteFailure(error);
      return null;
    });
    const channel = socket === null ? undefined : accept();
    if (socket === null || channel === undefined) {
      socket?.destroy();
      reject();
      return;
    }
    // One that breaks is the end of its own channel, not of the connection with all others.
    await relaySocket(channel, visitor.register(channel), socket).catch((error: unknown) => {
      visitor.noteFailure(error);
    });
  } finally {
    visitor.release();
  }
}

export function serveForwarding(client: Connection, access: SandboxAccess, visitor: Visitor): void {
  client.on('tcpip', (accept, reject, { destIP, destPort }) =>
    visitor.attend(open({ accept, reject, dial: () => access.dial(destIP, destPort) }, visitor)),
  );
  client.on('openssh.streamlocal', (accept, reject, { socketPath }) =>
    visitor.attend(open({ accept, reject, dial: () => access.dialUnix(socketPath) }, visitor)),
  );
}
