/** The file operations of a connection. */
import type { AgentLink } from './agent-link.ts';
import { ByteReader } from './byte-reader.ts';
import { runFileRequest } from './file-request.ts';
import type { AgentConnection, FileScope, GuestEntry, GuestStat } from './port.ts';
import { violation } from './violation.ts';

type FileMethods = Pick<
  AgentConnection,
  'stat' | 'readFile' | 'writeFile' | 'list' | 'makeDirectory' | 'move' | 'remove'
>;

const flag = { append: 1, modeGiven: 2, parents: 1, overwrite: 1, recursive: 1 } as const;
const types = ['other', 'file', 'directory', 'symlink'] as const;
/** A path and the facts of one entry of a listing at most. */
const MAX_ENTRY_BYTES = 4096 + 64;

function readStat(reader: ByteReader): GuestStat {
  const type = types[reader.u8()];
  if (type === undefined) throw violation('a file has an unknown type');
  const [mode, uid, gid] = [reader.u32(), reader.u32(), reader.u32()];
  return { type, mode: mode & 0o7777, uid, gid, sizeBytes: reader.u64(), modifiedMs: reader.i64() };
}

function readEntries(output: Buffer, maxEntries: number): readonly GuestEntry[] {
  const reader = new ByteReader(output);
  const entries: GuestEntry[] = [];
  while (reader.left > 0) {
    if (entries.length === maxEntries) throw violation('a listing is longer than was asked for');
    entries.push({ path: reader.text(reader.u16()), ...readStat(reader) });
  }
  return entries;
}

const modeOf = (mode: number | undefined): { readonly mode?: number } => (mode === undefined ? {} : { mode });
const modeFlag = (mode: number | undefined): number => (mode === undefined ? 0 : flag.modeGiven);

/** Binds the operations to a connection. */
export function fileOperations(link: AgentLink): FileMethods {
  return {
    async stat(path, scope) {
      const { record } = await runFileRequest(link, { verb: 'stat', path }, scope);
      return readStat(record);
    },

    async readFile(path, { maxBytes, offset = 0 }, scope) {
      const request = { verb: 'read', path, offset, size: maxBytes, maxBytes } as const;
      const { record, output, resolvedPath } = await runFileRequest(link, request, scope);
      return { data: output, stat: readStat(record), resolvedPath };
    },

    async writeFile(path, data, { mode, append = false }, scope) {
      const flags = (append ? flag.append : 0) | modeFlag(mode);
      const request = { verb: 'write', path, data, size: data.length, flags, ...modeOf(mode) } as const;
      const { record, resolvedPath } = await runFileRequest(link, request, scope);
      return { created: record.u8() === 1, sizeBytes: record.u64(), resolvedPath };
    },

    async list(path, { depth, maxEntries }, scope) {
      const maxBytes = maxEntries * MAX_ENTRY_BYTES;
      const request = { verb: 'list', path, depth, maxEntries, maxBytes } as const;
      const { record, output, resolvedPath } = await runFileRequest(link, request, scope);
      return { entries: readEntries(output, maxEntries), truncated: record.u8() === 1, resolvedPath };
    },

    async makeDirectory(path, { mode, parents = false }, scope) {
      const flags = (parents ? flag.parents : 0) | modeFlag(mode);
      await runFileRequest(link, { verb: 'mkdir', path, flags, ...modeOf(mode) }, scope);
    },

    async move(from, to, { overwrite }, scope?: FileScope) {
      await runFileRequest(
        link,
        { verb: 'move', path: from, to, flags: overwrite ? flag.overwrite : 0 },
        scope,
      );
    },

    async remove(path, { recursive }, scope) {
      await runFileRequest(link, { verb: 'remove', path, flags: recursive ? flag.recursive : 0 }, scope);
    },
  };
}
