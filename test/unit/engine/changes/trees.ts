/** Trees for the tests of comparisons. */
import type { TreeEntry } from '../../../../src/engine/changes/entry.ts';

export function entry(path: string, change: Partial<TreeEntry> = {}): TreeEntry {
  const kind = change.kind ?? 'file';
  const content = kind === 'file' || kind === 'symlink' ? Buffer.from('text\n') : null;
  const mode = kind === 'directory' ? 0o755 : 0o644;
  const filled = {
    path,
    kind,
    mode,
    uid: 0,
    gid: 0,
    mtime: '1',
    content,
    opaque: false,
    device: ':',
    ...change,
  };
  return { sizeBytes: filled.content?.length ?? 0, ...filled };
}

export const file = (path: string, text = 'text\n'): TreeEntry => entry(path, { content: Buffer.from(text) });
export const directory = (path: string, opaque = false): TreeEntry =>
  entry(path, { kind: 'directory', opaque });
export const deleted = (path: string): TreeEntry => entry(path, { kind: 'deleted' });
export const tree = (...entries: readonly TreeEntry[]): Map<string, TreeEntry> =>
  new Map(entries.map((one) => [one.path, one]));
