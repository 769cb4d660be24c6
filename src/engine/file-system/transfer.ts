/** Whole contents of any size, in pieces: each an operation of the agent, so that nothing is held but one or two of them. */
import type { UploadedFile, UploadTarget } from '../../../schemas/file-system.ts';
import type { FileDownload } from '../../backend/file-system-operations.ts';
import { isThawError, ThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import type { GuestStat } from '../agent/port.ts';
import { type FileAccess, resolvePath, toFacts, workDirectory } from './scope.ts';

const PIECE_BYTES = 4 * 1024 * 1024;

/** The file from its first piece on, with the next piece on its way while one is taken. */
async function* pieces(
  { agent, scope }: FileAccess,
  path: string,
  first: Buffer,
  sizeBytes: number,
): AsyncGenerator<Buffer> {
  const read = async (offset: number): Promise<Buffer> =>
    (await agent.readFile(path, { maxBytes: Math.min(PIECE_BYTES, sizeBytes - offset), offset }, scope)).data;
  let at = 0;
  let current = first;
  while (at < sizeBytes) {
    if (current.length === 0)
      throw new ThawError('file_not_found', `${path} became shorter while it was read.`, {
        next: 'Read it again when nothing writes to it.',
      });
    at += current.length;
    const next = at < sizeBytes ? read(at) : null;
    next?.catch(() => undefined);
    yield current;
    if (next !== null) current = await next;
  }
}

/** Throws `file_not_found`, `is_a_directory`, `permission_denied`. What grows while it is read ends where it ended at first. */
export async function downloadFile(access: FileAccess, path: string): Promise<FileDownload> {
  const { agent, scope } = access;
  const { data, stat, resolvedPath } = await agent.readFile(path, { maxBytes: PIECE_BYTES }, scope);
  // Files of the kernel's own say that they are empty.
  const sizeBytes = data.length < PIECE_BYTES ? data.length : Math.max(stat.sizeBytes, data.length);
  return {
    facts: { ...toFacts(resolvedPath, stat), sizeBytes },
    chunks: pieces(access, path, data, sizeBytes),
    cancel: () => undefined,
  };
}

async function existing({ agent, scope }: FileAccess, path: string): Promise<GuestStat | null> {
  try {
    return await agent.stat(path, scope);
  } catch (error) {
    if (isThawError(error, 'file_not_found')) return null;
    throw error;
  }
}

/** Pieces of equal size, whatever comes. */
async function* gather(content: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Buffer> {
  let chunks: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of content) {
    if (signal.aborted) throw new ThawError('cancelled', 'The upload was cancelled; nothing was changed.');
    chunks.push(chunk);
    held += chunk.length;
    if (held < PIECE_BYTES) continue;
    yield Buffer.concat(chunks);
    chunks = [];
    held = 0;
  }
  yield Buffer.concat(chunks);
}

/** A file beside the target that becomes the target when it is whole, and is removed when it does not get there. */
async function uploadBeside(
  access: FileAccess,
  path: string,
  mode: number | undefined,
  first: Buffer,
  rest: AsyncGenerator<Buffer>,
): Promise<number> {
  const { agent, scope } = access;
  const before = await existing(access, path);
  if (before?.type === 'directory') throw new ThawError('is_a_directory', `${path} is a directory.`);
  // A rename asks for rights on the directory only: the file's own are asked for here.
  if (before !== null) await agent.writeFile(path, Buffer.alloc(0), { append: true }, scope);
  const beside = `${path.slice(0, path.lastIndexOf('/'))}/.thaw-upload-${randomHex(8)}`;
  // What ends the upload must not keep its remains from being removed.
  const { signal: _signal, ...cleanUp } = scope;
  try {
    const finalMode = mode ?? before?.mode;
    const options = finalMode === undefined ? {} : { mode: finalMode };
    await agent.writeFile(beside, first, options, scope);
    let total = first.length;
    for await (const piece of rest) {
      await agent.writeFile(beside, piece, { append: true }, scope);
      total += piece.length;
    }
    await agent.move(beside, path, { overwrite: true }, scope);
    return total;
  } catch (error) {
    await agent.remove(beside, { recursive: false }, cleanUp).catch(() => undefined);
    throw error;
  }
}

/** Throws `is_a_directory`, `permission_denied`, `disk_full`, `cancelled`, and what `content` throws; then nothing was changed. */
export async function uploadFile(
  access: FileAccess,
  target: UploadTarget,
  content: AsyncIterable<Uint8Array>,
): Promise<UploadedFile> {
  const { agent, scope, call } = access;
  const mode = target.mode === undefined ? undefined : Number.parseInt(target.mode, 8);
  const parts = gather(content, call.signal);
  try {
    const next = await parts.next();
    const first = next.done === true ? Buffer.alloc(0) : next.value;
    if (first.length < PIECE_BYTES) {
      const written = await agent.writeFile(target.path, first, mode === undefined ? {} : { mode }, scope);
      return { path: written.resolvedPath, sizeBytes: written.sizeBytes };
    }
    const path = target.path.startsWith('/')
      ? resolvePath('/', target.path)
      : resolvePath(await workDirectory(access), target.path);
    const sizeBytes = await uploadBeside(access, path, mode, first, parts);
    return { path, sizeBytes };
  } finally {
    // Whoever the content comes from must learn that nobody takes the rest of it.
    await parts.return(undefined);
  }
}
