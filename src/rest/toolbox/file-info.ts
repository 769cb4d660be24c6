/** A file's facts in the words of the API: Go's way of writing modes and times (reference §4.2). Pure. */
import type { FileFacts } from '../../../schemas/file-system.ts';
import { toTimestamp } from '../../clock.ts';

export interface FileInfo {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly mode: string;
  readonly modTime: string;
  readonly modifiedAt: string;
  readonly isDir: boolean;
  readonly owner: string;
  readonly group: string;
  readonly permissions: string;
}

const SET_UID = 0o4000;
const SET_GID = 0o2000;
const STICKY = 0o1000;
const LETTERS = ['r', 'w', 'x', 'r', 'w', 'x', 'r', 'w', 'x'];

/** `drwxr-xr-x`, `-rw-r--r--`, `Lrwxrwxrwx`, `ugrwxr-xr-x`. */
export function describeMode({ type, mode }: Pick<FileFacts, 'type' | 'mode'>): string {
  const kind = { file: '', directory: 'd', symlink: 'L', other: '?' }[type];
  const special = `${kind}${mode & SET_UID ? 'u' : ''}${mode & SET_GID ? 'g' : ''}${mode & STICKY ? 't' : ''}`;
  const rights = LETTERS.map((letter, index) => (mode & (0o400 >> index) ? letter : '-')).join('');
  return `${special === '' ? '-' : special}${rights}`;
}

/** `2026-05-01 10:00:00.25 +0000 UTC`. */
function describeTime(timestamp: string): string {
  const [day = '', rest = ''] = timestamp.split('T');
  const time = rest.replace('Z', '').replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros));
  return `${day} ${time.includes('.') ? time.replace(/0+$/, '') : time} +0000 UTC`;
}

export function toFileInfo(facts: FileFacts): FileInfo {
  const modifiedAt = toTimestamp(facts.modifiedMs);
  return {
    name: facts.name,
    path: facts.path,
    size: facts.sizeBytes,
    mode: describeMode(facts),
    modTime: describeTime(modifiedAt),
    modifiedAt,
    isDir: facts.type === 'directory',
    owner: String(facts.uid),
    group: String(facts.gid),
    permissions: facts.mode.toString(8).padStart(4, '0'),
  };
}
