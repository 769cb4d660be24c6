/** What the tools that move files between a sandbox and this machine want of the machine. Absent where a caller is elsewhere. */
import { ThawError } from '../src/errors.ts';

export interface HostFile {
  /** Below what was asked for, with `/`; empty for a single file. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
  read(): AsyncIterable<Buffer>;
}

export interface HostSource {
  readonly isDirectory: boolean;
  readonly files: readonly HostFile[];
  /** Links and special files, which are left out. */
  readonly skipped: number;
}

export interface HostTarget {
  /** Makes a file below the target, or the target itself for an empty path, once all of its content is there. */
  write(path: string, content: AsyncIterable<Uint8Array>, mode: number): Promise<number>;
}

/** Every path is absolute and inside a directory that the user allowed; all throw `permission_denied` otherwise. */
export interface HostAccess {
  /** Throws `file_not_found`, `not_a_file`, `capacity` for more files than one call moves. */
  source(path: string): Promise<HostSource>;
  /** Throws `file_exists` on a write when something is there and it may not be replaced. */
  target(path: string, options: { readonly overwrite: boolean }): Promise<HostTarget>;
}

/** Throws `permission_denied` that says what to set where nothing is allowed. */
export function requireHost(host: HostAccess | undefined): HostAccess {
  if (host !== undefined) return host;
  throw new ThawError('permission_denied', 'No directory of this machine may be used by this connection.', {
    next: 'The user may start thaw mcp with --host-paths DIR (THAW_HOST_PATHS); over HTTP no host path is used. sandbox_read_file and sandbox_write_file work without.',
  });
}
