/** Reading, writing and listing files of a running sandbox, as the sandbox's user. */
import {
  type FileContent,
  type FileEntry,
  type FileListing,
  type ListFiles,
  MAX_FILE_BYTES,
  type ReadFile,
  type WriteFile,
  type WrittenFile,
} from '../../../schemas/files.ts';
import { bytesOfWrite, decodeContent, selectLines } from '../../content/file-content.ts';
import { ThawError } from '../../errors.ts';
import type { FileScope, GuestEntry } from '../agent/port.ts';
import type { EngineContext } from '../context.ts';
import { startDirectory } from '../exec/start-directory.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';

/** Longer listings help nobody; the caller narrows the path. */
const MAX_ENTRIES = 1_000;

function scopeOf(context: EngineContext, { record }: ManagedSandbox, signal: AbortSignal): FileScope {
  const cwd = startDirectory(context, record, record.user);
  return { user: record.user, signal, ...(cwd === undefined ? {} : { cwd }) };
}

const octal = (mode: number): string => `0${(mode & 0o7777).toString(8).padStart(3, '0')}`;

const toEntry = ({ path, type, sizeBytes, mode, modifiedMs }: GuestEntry): FileEntry => ({
  path,
  type,
  sizeBytes,
  mode: octal(mode),
  modifiedAt: new Date(modifiedMs).toISOString(),
});

/** Text by lines, anything else as base64. Throws `file_too_large` above 10 MiB. */
export async function readSandboxFile(
  context: EngineContext,
  sandbox: ManagedSandbox,
  request: ReadFile,
  signal: AbortSignal,
): Promise<FileContent> {
  const guest = await requireGuest(context, sandbox);
  context.registry.touch(sandbox);
  // One byte more tells a file that is too large from one that just fits.
  const options = { maxBytes: MAX_FILE_BYTES + 1 };
  const { data, stat, resolvedPath } = await guest.agent.readFile(
    request.path,
    options,
    scopeOf(context, sandbox, signal),
  );
  if (data.length > MAX_FILE_BYTES) {
    const size = Math.max(stat.sizeBytes, data.length);
    throw new ThawError(
      'file_too_large',
      `${resolvedPath} has ${size} bytes; at most ${MAX_FILE_BYTES} are read at once.`,
    );
  }
  const decoded = decodeContent(data);
  if (decoded.encoding === 'base64') {
    return { path: resolvedPath, ...decoded, sizeBytes: data.length, totalLines: null, truncated: false };
  }
  const lines = selectLines(decoded.content, request.offset ?? 1, request.limit);
  return { path: resolvedPath, encoding: 'utf8', sizeBytes: data.length, ...lines };
}

export async function writeSandboxFile(
  context: EngineContext,
  sandbox: ManagedSandbox,
  request: WriteFile,
  signal: AbortSignal,
): Promise<WrittenFile> {
  const data = bytesOfWrite(request);
  const guest = await requireGuest(context, sandbox);
  context.registry.touch(sandbox);
  const options = {
    append: request.append ?? false,
    ...(request.mode === undefined ? {} : { mode: Number.parseInt(request.mode, 8) }),
  };
  const written = await guest.agent.writeFile(request.path, data, options, scopeOf(context, sandbox, signal));
  return { path: written.resolvedPath, sizeBytes: written.sizeBytes, created: written.created };
}

export async function listSandboxFiles(
  context: EngineContext,
  sandbox: ManagedSandbox,
  request: ListFiles,
  signal: AbortSignal,
): Promise<FileListing> {
  const guest = await requireGuest(context, sandbox);
  context.registry.touch(sandbox);
  const options = { depth: request.depth ?? 1, maxEntries: MAX_ENTRIES };
  const listed = await guest.agent.list(request.path ?? '.', options, scopeOf(context, sandbox, signal));
  return { path: listed.resolvedPath, entries: listed.entries.map(toEntry), truncated: listed.truncated };
}
