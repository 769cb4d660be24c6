/**
 * The private first line of a relay, in front of the client's own: `{"thaw":{"toolsets":"core",…}}`. It carries the
 * settings of `thaw mcp` to the owner, for this connection alone. A client that speaks at once has none.
 */
import type { Socket } from 'node:net';
import { z } from 'zod';
import { ThawError } from '../errors.ts';
import type { SurfaceWords } from './surface-settings.ts';

const PREFIX = '{"thaw":';
const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

const text = z.string().max(8_192).optional();
const Handshake = z.strictObject({
  thaw: z.strictObject({
    toolsets: text,
    tools: text,
    excludeTools: text,
    readOnly: z.union([z.boolean(), z.string().max(16)]).optional(),
    sandbox: text,
    hostPaths: text,
  }),
});

/** What a relay says about its connection. */
export interface ConnectionSettings extends SurfaceWords {
  /** Directories of this machine that upload and download may use, comma-separated. */
  readonly hostPaths?: string | undefined;
}

/** `gone`: it ended before it said anything. Null: there is no private line; what was read is given back. */
export type FirstLine = ConnectionSettings | ThawError | 'gone' | null;

function parse(line: string): ConnectionSettings | ThawError {
  let value: unknown = null;
  try {
    value = JSON.parse(line);
  } catch {
    // Falls through to the error below.
  }
  const parsed = Handshake.safeParse(value);
  if (parsed.success) return parsed.data.thaw;
  return new ThawError('invalid_argument', 'The settings of the connection make no sense to this owner.', {
    next: 'Stop the owner with `thaw stop`: it may be of another version than this client.',
  });
}

/** Resolves with what the first bytes are. Reads no further than the private line. */
export function readFirstLine(socket: Socket): Promise<FirstLine> {
  return new Promise((resolve) => {
    let held = Buffer.alloc(0);
    const done = (result: FirstLine, rest: Buffer): void => {
      socket.off('readable', onReadable);
      socket.off('error', onGone);
      socket.off('close', onGone);
      if (rest.length > 0) socket.unshift(rest);
      resolve(result);
    };
    const onGone = (): void => done('gone', Buffer.alloc(0));
    const onReadable = (): void => {
      const chunk: Buffer | null = socket.read();
      if (chunk === null) {
        if (socket.readableEnded || socket.destroyed) onGone();
        return;
      }
      held = Buffer.concat([held, chunk]);
      const begins = held.toString('latin1', 0, PREFIX.length);
      if (!PREFIX.startsWith(begins)) {
        done(null, held);
        return;
      }
      const end = held.indexOf(NEWLINE);
      if (end >= 0) done(parse(held.toString('utf8', 0, end)), held.subarray(end + 1));
      else if (held.length > MAX_LINE_BYTES) done(parse(''), Buffer.alloc(0));
    };
    socket.on('readable', onReadable);
    socket.once('end', onGone);
    socket.once('error', onGone);
    socket.once('close', onGone);
  });
}
