/** Listing a directory of a sandbox. Toolboxes that know no depth answer one level, so the rest is asked for. */
import { posix } from 'node:path';
import { z } from 'zod';
import type { FileListing } from '../../../schemas/files.ts';
import type { CallContext } from '../../backend/port.ts';
import type { RemoteContext } from '../context.ts';
import { toEntry, WireFileInfo } from '../wire/file-info.ts';
import { callToolbox, withQuery } from './call.ts';

const MAX_ENTRIES = 1_000;
/** Directories that are looked into one by one. */
const MAX_LOOKS = 64;

const Listing = z
  .array(WireFileInfo)
  .nullable()
  .transform((value) => value ?? []);

/** The entry's path below `root`, where the toolbox says it. */
function pathBelow(root: string, info: WireFileInfo): string | null {
  if (info.path === null) return null;
  if (!info.path.startsWith('/')) return info.path;
  const relative = posix.relative(root, info.path);
  return relative === '' || relative.startsWith('..') ? null : relative;
}

export interface FoundFile {
  /** Below the directory that was listed. */
  readonly path: string;
  readonly info: WireFileInfo;
}

export interface FoundFiles {
  readonly found: readonly FoundFile[];
  readonly truncated: boolean;
}

/** In the order of their paths. Throws `file_not_found`, `not_a_directory`. */
export async function findFiles(
  remote: RemoteContext,
  sandbox: string,
  root: string,
  depth: number,
  context: CallContext,
): Promise<FoundFiles> {
  const found: FoundFile[] = [];
  const waiting: { readonly below: string; readonly level: number }[] = [{ below: '', level: 1 }];
  let looks = 0;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (found.length > MAX_ENTRIES || looks >= MAX_LOOKS) {
      return { found: found.slice(0, MAX_ENTRIES), truncated: true };
    }
    looks += 1;
    const { below, level } = next;
    const path = withQuery('/files', {
      path: posix.join(root, below),
      depth: depth > 1 && looks === 1 ? depth : undefined,
    });
    const request = {
      method: 'GET',
      path,
      idempotent: true,
      codes: { 400: 'not_a_directory', 404: 'file_not_found' },
    } as const;
    const { value } = await callToolbox(remote, sandbox, request, Listing, context);
    const paths = value.map((info) => pathBelow(root, info));
    // A toolbox that goes down by itself says where each entry is.
    const goesDown = looks === 1 && paths.some((known) => known?.includes('/') === true);
    for (const [index, info] of value.entries()) {
      const entry = { path: (goesDown ? paths[index] : null) ?? posix.join(below, info.name), info };
      found.push(entry);
      if (info.isDir && level < depth && !goesDown) waiting.push({ below: entry.path, level: level + 1 });
    }
    if (goesDown) break;
  }
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { found: found.slice(0, MAX_ENTRIES), truncated: found.length > MAX_ENTRIES };
}

export async function listFiles(
  remote: RemoteContext,
  sandbox: string,
  root: string,
  depth: number,
  context: CallContext,
): Promise<FileListing> {
  const { found, truncated } = await findFiles(remote, sandbox, root, depth, context);
  return { path: root, entries: found.map(({ path, info }) => toEntry(info, path)), truncated };
}
