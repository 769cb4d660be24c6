/** Tells a client over the protocol that there is no server, so that it need not wait for its time-out. */
import type { Readable, Writable } from 'node:stream';

const WAIT_MS = 2_000;
const MAX_LINE_CHARS = 65_536;

/** The first line of the client, or null when none comes in time. */
function firstLine(stdin: Readable): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    const end = (line: string | null): void => {
      clearTimeout(late);
      stdin.pause();
      resolve(line);
    };
    const late = setTimeout(() => end(null), WAIT_MS);
    stdin.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const newline = text.indexOf('\n');
      if (newline !== -1) end(text.slice(0, newline));
      else if (text.length > MAX_LINE_CHARS) end(null);
    });
    stdin.once('end', () => end(null));
    stdin.once('error', () => end(null));
  });
}

function idOf(line: string): string | number | null {
  try {
    const value: unknown = JSON.parse(line);
    const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'id') : null;
    return typeof id === 'string' || typeof id === 'number' ? id : null;
  } catch {
    return null;
  }
}

/** Answers the client's first request with `message` as a JSON-RPC error. */
export async function refuse(
  streams: { readonly stdin: Readable; readonly stdout: Writable },
  message: string,
): Promise<void> {
  const line = await firstLine(streams.stdin);
  const id = line === null ? null : idOf(line);
  if (id === null) return;
  const answer = `${JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_000, message } })}\n`;
  await new Promise<void>((resolve) => {
    streams.stdout.once('error', () => resolve());
    streams.stdout.write(answer, () => resolve());
  });
}
