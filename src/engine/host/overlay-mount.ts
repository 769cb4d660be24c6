/** Finds the overlay's upper directory of a container in its mount table (proc(5), `/proc/<pid>/mountinfo`). */

/** The kernel writes space, tab, newline and backslash of paths as octal escapes. */
const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_match, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/**
 * Null when the root is no overlay. In the options a backslash or a comma of the path has one more backslash before it
 * (the overlay's own escaping), on top of the kernel's octal one.
 */
export function parseUpperDirectory(mountinfo: string): string | null {
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    if (before.split(' ')[4] !== '/') continue;
    const [type, , options = ''] = after.split(' ');
    if (type !== 'overlay') continue;
    const match = /(?:^|,)upperdir=((?:\\.|[^,\\])+)/.exec(unescapeOctal(options));
    if (match?.[1] !== undefined) return match[1].replace(/\\(.)/g, '$1');
  }
  return null;
}
