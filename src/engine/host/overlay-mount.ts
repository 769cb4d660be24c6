/** Finds the overlay's directories of a container in its mount table (proc(5), `/proc/<pid>/mountinfo`). */
import { dirname, resolve } from 'node:path/posix';

/** Directories of the host. */
export interface OverlayDirectories {
  /** What the container itself wrote. */
  readonly upper: string;
  /** The layers of its image, the highest first. */
  readonly lowers: readonly string[];
}

/** The kernel writes space, tab, newline and backslash of paths as octal escapes. */
const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_match, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

const unescapeBackslash = (text: string): string => text.replace(/\\(.)/g, '$1');

/** Every value that an option has; a layer by itself is `lowerdir+`, all of them in one, with colons between, `lowerdir`. */
function valuesOf(options: string, name: string): string[] {
  const pattern = new RegExp(`(?:^|,)${name}=((?:\\\\.|[^,\\\\])+)`, 'g');
  return [...options.matchAll(pattern)].map(([, value = '']) => value);
}

/** A daemon with many layers mounts them by names relative to where all its layers are. */
function lowersOf(options: string, upper: string): string[] {
  const together = valuesOf(options, 'lowerdir').flatMap((value) => value.match(/(?:\\.|[^:\\])+/g) ?? []);
  const names = [...together, ...valuesOf(options, 'lowerdir\\+')];
  return names.map((name) => resolve(dirname(dirname(upper)), unescapeBackslash(name)));
}

/**
 * Null when the root is no overlay. In the options a backslash, a colon or a comma of the path has one more backslash
 * before it (the overlay's own escaping), on top of the kernel's octal one.
 */
export function parseOverlay(mountinfo: string): OverlayDirectories | null {
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    if (before.split(' ')[4] !== '/') continue;
    const [type, , raw = ''] = after.split(' ');
    if (type !== 'overlay') continue;
    const options = unescapeOctal(raw);
    const [found] = valuesOf(options, 'upperdir');
    if (found === undefined) continue;
    const upper = unescapeBackslash(found);
    return { upper, lowers: lowersOf(options, upper) };
  }
  return null;
}
