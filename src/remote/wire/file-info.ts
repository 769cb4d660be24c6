/** The FileInfo of a toolbox as an entry of a listing. */
import { z } from 'zod';
import type { FileFacts } from '../../../schemas/file-system.ts';
import type { FileEntry } from '../../../schemas/files.ts';
import { toTimestamp } from '../../clock.ts';
import { NO_TIME, orElse, orNull } from './values.ts';

export const WireFileInfo = z.looseObject({
  name: z.string(),
  size: orElse(z.number(), 0),
  /** As Go writes it: `-rw-r--r--`, `drwxr-xr-x`, `Lrwxrwxrwx`. */
  mode: orElse(z.string(), ''),
  modTime: orNull(z.string()),
  modifiedAt: orNull(z.string()),
  isDir: orElse(z.boolean(), false),
  permissions: orNull(z.string()),
  path: orNull(z.string()),
  owner: orNull(z.string()),
  group: orNull(z.string()),
});
export type WireFileInfo = z.output<typeof WireFileInfo>;

/** Go's `2026-11-21 18:09:41.849123 +0000 UTC`, with any offset. */
const GO_TIME = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(\.\d{1,9})? ([+-]\d{2})(\d{2})/;

/** Either form in the API's own; the epoch where neither is a time. */
export function toMoment(text: string | null): string {
  if (text === null) return NO_TIME;
  const [, day, time, fraction = '', hours, minutes] = GO_TIME.exec(text) ?? [];
  const iso = day === undefined ? text : `${day}T${time}${fraction.slice(0, 4)}${hours}:${minutes}`;
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? NO_TIME : toTimestamp(ms);
}

function typeOf({ mode, isDir }: WireFileInfo): FileEntry['type'] {
  if (isDir) return 'directory';
  const first = mode.charAt(0);
  if (first === 'L' || first === 'l') return 'symlink';
  // Go writes the set-user bits in front of the permissions of a regular file.
  return first === '-' || first === '' || 'ugt'.includes(first) ? 'file' : 'other';
}

/** `-rw-r-----` as `0640`. */
function permissionsOf(mode: string): string {
  const bits = mode.slice(-9);
  if (!/^[rwx-]{9}$/.test(bits)) return '0000';
  const value = Number.parseInt(bits.replace(/[rwx]/g, '1').replaceAll('-', '0'), 2);
  return `0${value.toString(8).padStart(3, '0')}`;
}

/** `path` is what the entry is called in the listing. */
export const toEntry = (info: WireFileInfo, path: string): FileEntry => ({
  path,
  type: typeOf(info),
  sizeBytes: info.size,
  mode: /^0?[0-7]{3,4}$/.test(info.permissions ?? '')
    ? `0${(info.permissions ?? '').replace(/^0/, '')}`
    : permissionsOf(info.mode),
  modifiedAt: toMoment(info.modifiedAt ?? info.modTime),
});

/** Names in place of ids, and what is not told, are nobody's. */
const NOBODY = 65_534;
const idOf = (text: string | null): number => (/^\d{1,10}$/.test(text ?? '') ? Number(text) : NOBODY);

/** `path` is absolute. */
export function toFacts(info: WireFileInfo, path: string): FileFacts {
  const { type, sizeBytes, mode, modifiedAt } = toEntry(info, path);
  return {
    path,
    name: info.name,
    type,
    sizeBytes,
    mode: Number.parseInt(mode, 8),
    uid: idOf(info.owner),
    gid: idOf(info.group),
    modifiedMs: Date.parse(modifiedAt),
  };
}
