/** Carries bytes between channels and what runs or listens in the sandbox, never more than the other side takes. */
import type { ServerChannel } from 'ssh2';
import type { AccessSocket } from '../backend/sandbox-access.ts';
import type { ChannelOutput } from './channel-output.ts';

/** Something in the sandbox that takes bytes. */
export interface Sink {
  write(data: Buffer): Promise<void>;
  end(): void;
}

/** Passes on what comes from the peer, a piece at a time: while one is under way the window does not open. */
export function relayInput(channel: ServerChannel, sink: Sink): void {
  channel.on('data', (data: Buffer) => {
    channel.pause();
    const resume = (): unknown => channel.resume();
    // What takes the bytes may end before it read all of them, which is its right.
    sink.write(data).then(resume, resume);
  });
  channel.once('end', () => sink.end());
}

/** Resolves when `source` has ended or nobody is left to write to. */
export async function relayOutput(
  source: AsyncIterable<Buffer>,
  output: ChannelOutput,
  stream: 'stdout' | 'stderr' = 'stdout',
): Promise<void> {
  for await (const data of source) {
    if (!(await output.write(data, stream))) return;
  }
}

/** Connects a channel with a socket until both directions have ended. */
export async function relaySocket(
  channel: ServerChannel,
  output: ChannelOutput,
  socket: AccessSocket,
): Promise<void> {
  void output.closed.then(() => socket.destroy());
  const inputEnded = new Promise<void>((resolve) => channel.once('end', () => resolve()));
  relayInput(channel, { write: (data) => socket.write(data), end: () => socket.end() });
  try {
    await relayOutput(socket.received, output);
    // Not end(): that closes the peer's direction, too.
    channel.eof();
    await Promise.race([inputEnded, output.closed]);
  } finally {
    channel.end();
  }
}
