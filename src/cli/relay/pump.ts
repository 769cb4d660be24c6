/** Moves bytes between the client's pipes and the owner's socket until one side ends. */
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

export interface PumpStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly socket: Socket;
}

/** `client`: it ended its requests or went away. `owner`: the owner went away first. */
export type PumpEnd = 'client' | 'owner';

/** How long the owner may take to answer what is in flight when the client has ended its requests. */
const LINGER_MS = 6_000;
const FLUSH_MS = 2_000;

/** Resolves when nothing is left to move. Never rejects. */
export function pump({ stdin, stdout, socket }: PumpStreams): Promise<PumpEnd> {
  return new Promise((resolve) => {
    let inputEnded = false;
    let finished = false;
    const finish = (end: PumpEnd): void => {
      if (finished) return;
      finished = true;
      stdin.unpipe(socket);
      socket.destroy();
      const late = setTimeout(() => resolve(end), FLUSH_MS);
      stdout.write('', () => {
        clearTimeout(late);
        resolve(end);
      });
    };
    const endInput = (): void => {
      if (inputEnded) return;
      inputEnded = true;
      setTimeout(() => finish('client'), LINGER_MS).unref();
    };
    stdin.once('end', endInput);
    stdin.once('close', endInput);
    stdin.once('error', () => finish('client'));
    // Mostly EPIPE: nobody reads the answers any more.
    stdout.on('error', () => {
      socket.destroy();
      resolve('client');
    });
    socket.once('error', () => finish(inputEnded ? 'client' : 'owner'));
    socket.once('end', () => finish(inputEnded ? 'client' : 'owner'));
    socket.once('close', () => finish(inputEnded ? 'client' : 'owner'));
    // The end of the input half-closes the socket: the owner answers what is in flight and then closes its side.
    stdin.pipe(socket);
    socket.pipe(stdout, { end: false });
  });
}
