/** A socket client that sends any bytes and reads lines, for what a well-behaved client never does. */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface RawConnection {
  readonly socket: Socket;
  send(value: unknown): void;
  /** The next line as JSON. Rejects after `timeoutMs` or when the connection ends first. */
  next(timeoutMs?: number): Promise<Record<string, unknown>>;
  /** Resolves when the peer closed. */
  readonly closed: Promise<void>;
}

function parseObject(line: string): Record<string, unknown> {
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null) throw new Error(`not an object: ${line}`);
  return { ...value };
}

export async function connectRaw(path: string): Promise<RawConnection> {
  const socket = connect({ path, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  socket.on('error', () => socket.destroy());
  return {
    socket,
    closed,
    send: (value) => socket.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`),
    next: async (timeoutMs = 5_000) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error('no line in time')), timeoutMs);
      });
      try {
        const line = await Promise.race([lines.next(), late]);
        if (line.done === true) throw new Error('the connection ended');
        return parseObject(line.value);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

export const initializeRequest = (id: number): object => ({
  jsonrpc: '2.0',
  id,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
});
