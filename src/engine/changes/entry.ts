/** One thing in a tree of files, as a difference or an image has it. */

export type EntryKind = 'file' | 'directory' | 'symlink' | 'other';

export interface TreeEntry {
  /** From the top of the tree, without slashes at its ends; a character a byte (latin1), because names need not be UTF-8. */
  readonly path: string;
  /** `deleted`: the difference takes it away. */
  readonly kind: EntryKind | 'deleted';
  /** Permission bits, set-id and sticky included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch, as decimal text. */
  readonly mtime: string;
  /** Of a file's content or a link's target; else 0. */
  readonly sizeBytes: number;
  /** A file's content or a link's target. Null where there is none, or it was left out. */
  readonly content: Buffer | null;
  /** A directory that hides what the image has below it. */
  readonly opaque: boolean;
  /** A device's numbers. */
  readonly device: string;
}

/** What is above a path, the nearest first; the root is none of them. */
export function* ancestorsOf(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
    yield path.slice(0, end);
}

/** Whether `path` is `top` or below it; everything is below the empty one. */
export const isWithin = (path: string, top: string): boolean =>
  top === '' || path === top || path.startsWith(`${top}/`);
