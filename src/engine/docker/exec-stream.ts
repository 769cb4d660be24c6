/** The hijacked connection of one `docker exec`: two outputs taken apart, stdin, and the daemon's own complaint. */
import type { Duplex } from 'node:stream';
import { ThawError } from '../../errors.ts';
import type { ExecHandle, ExecHandlers } from './port.ts';

const HEADER_BYTES = 8;
const MAX_COMPLAINT_BYTES = 2_000;
const names: Readonly<Record<number, 'stdout' | 'stderr'>> = { 1: 'stdout', 2: 'stderr' };

/** A header is a known stream and three zeros. A daemon that cannot start the command answers plain text in its place. */
const isHeader = (header: Buffer): boolean =>
  names[header[0] ?? 0] !== undefined && header.readUIntBE(1, 3) === 0;

export class ExecStream implements ExecHandle {
  readonly id: string;
  readonly #socket: Duplex;
  readonly #handlers: ExecHandlers;
  #header: Buffer = Buffer.alloc(0);
  #name: 'stdout' | 'stderr' = 'stdout';
  #remaining = 0;
  #complaint: Buffer | null = null;
  #over = false;

  constructor(id: string, socket: Duplex, handlers: ExecHandlers) {
    this.id = id;
    this.#socket = socket;
    this.#handlers = handlers;
    socket.on('data', (chunk: Buffer) => this.#accept(chunk));
    socket.on('end', () => this.#end(null));
    socket.on('close', () => this.#end(null));
    socket.on('error', (cause: Error) =>
      this.#end(new ThawError('engine_unreachable', 'The connection to a command broke.', { cause })),
    );
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  async write(data: Buffer): Promise<void> {
    if (this.#over || data.length === 0) return;
    await new Promise<void>((resolve) => {
      // Node calls back with an error when the connection ends first, too.
      this.#socket.write(data, () => resolve());
    });
  }

  closeStdin(): void {
    if (!this.#over) this.#socket.end();
  }

  detach(): void {
    this.#over = true;
    this.#socket.destroy();
  }

  #end(error: ThawError | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#socket.destroy();
    this.#handlers.end(this.#complaint === null ? error : refusal(this.#complaint));
  }

  #accept(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0 && !this.#over) {
      if (this.#complaint !== null) {
        const room = MAX_COMPLAINT_BYTES - this.#complaint.length;
        this.#complaint = Buffer.concat([this.#complaint, rest.subarray(0, room)]);
        return;
      }
      rest = this.#remaining > 0 ? this.#take(rest) : this.#readHeader(rest);
    }
  }

  #take(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, this.#remaining);
    this.#remaining -= part.length;
    this.#handlers.data(this.#name, part);
    return bytes.subarray(part.length);
  }

  #readHeader(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, HEADER_BYTES - this.#header.length);
    this.#header = Buffer.concat([this.#header, part]);
    if (this.#header.length < HEADER_BYTES) return bytes.subarray(part.length);
    const header = this.#header;
    this.#header = Buffer.alloc(0);
    if (isHeader(header)) {
      this.#name = names[header[0] ?? 0] ?? 'stdout';
      this.#remaining = header.readUInt32BE(4);
    } else {
      this.#complaint = header;
    }
    return bytes.subarray(part.length);
  }
}

function refusal(complaint: Buffer): ThawError {
  return new ThawError(
    'engine_error',
    `The Docker Engine could not start a command: ${complaint.toString('utf8').trim()}`,
  );
}
