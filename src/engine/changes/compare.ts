/** Compares two states of a sandbox, each a difference over the same image. Pure. */
import { ancestorsOf, type EntryKind, type TreeEntry } from './entry.ts';

export type Difference = ReadonlyMap<string, TreeEntry>;

/** Something that is there. */
export type Present = TreeEntry & { readonly kind: EntryKind };

export interface Change {
  readonly path: string;
  readonly change: 'added' | 'modified' | 'deleted' | 'type' | 'mode';
  /** Null when it was added. */
  readonly before: Present | null;
  /** Null when it was deleted. */
  readonly after: Present | null;
}

const isPresent = (entry: TreeEntry): entry is Present => entry.kind !== 'deleted';

/** Whether nothing of the image is seen below it. */
const hides = ({ kind, opaque }: TreeEntry): boolean => kind !== 'directory' || opaque;

/** What a difference says of a path: what is there, that nothing is, or that it is as the image has it. */
function stateIn(difference: Difference, path: string): Present | 'absent' | 'image' {
  const entry = difference.get(path);
  if (entry !== undefined) return isPresent(entry) ? entry : 'absent';
  for (const ancestor of ancestorsOf(path)) {
    const above = difference.get(ancestor);
    if (above !== undefined && hides(above)) return 'absent';
  }
  return 'image';
}

/** Whether what the image has below the path is seen. */
function showsBelow(difference: Difference, path: string): boolean {
  const state = stateIn(difference, path);
  return state === 'image' || (state !== 'absent' && !hides(state));
}

/** What must be known of the image: for each path whether all that is below it is asked for, too. In the order of paths. */
export function askOfImage(before: Difference, after: Difference): Map<string, 'alone' | 'below'> {
  const asked = new Map<string, 'alone' | 'below'>();
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  for (const path of paths) {
    const covered = [...ancestorsOf(path)].some((ancestor) => asked.get(ancestor) === 'below');
    if (covered) continue;
    if (showsBelow(before, path) !== showsBelow(after, path)) asked.set(path, 'below');
    else if (stateIn(before, path) === 'image' || stateIn(after, path) === 'image') asked.set(path, 'alone');
  }
  return asked;
}

const sameOwnerAndMode = (a: Present, b: Present): boolean =>
  a.uid === b.uid && a.gid === b.gid && (a.mode === b.mode || a.kind === 'symlink');

/** Where a content was left out as too large, size and time of change stand for it. */
function sameContent(a: Present, b: Present): boolean {
  if (a.kind === 'directory') return true;
  if (a.kind === 'other') return a.device === b.device;
  if (a.sizeBytes !== b.sizeBytes) return false;
  return a.content === null || b.content === null ? a.mtime === b.mtime : a.content.equals(b.content);
}

function changeOf(path: string, before: Present | null, after: Present | null): Change | null {
  const told = (change: Change['change']): Change => ({ path, change, before, after });
  if (before === null) return after === null ? null : told('added');
  if (after === null) return told('deleted');
  if (before.kind !== after.kind) return told('type');
  if (!sameContent(before, after)) return told('modified');
  return sameOwnerAndMode(before, after) ? null : told('mode');
}

/** `image` has what `askOfImage` asked for. In the order of paths, directories before what is in them. */
export function compareTrees(before: Difference, after: Difference, image: Difference): Change[] {
  const resolve = (difference: Difference, path: string): Present | null => {
    const state = stateIn(difference, path);
    if (state === 'absent') return null;
    const entry = state === 'image' ? image.get(path) : state;
    return entry !== undefined && isPresent(entry) ? entry : null;
  };
  const paths = [...new Set([...before.keys(), ...after.keys(), ...image.keys()])];
  const key = (path: string): string => path.replaceAll('/', '\0');
  return paths
    .map((path) => [key(path), path] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, path]) => changeOf(path, resolve(before, path), resolve(after, path)) ?? []);
}
