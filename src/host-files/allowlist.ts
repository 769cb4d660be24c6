/**
 * The directories of this machine that tools may use. Every path is resolved to where it really is before it is judged,
 * so that no link leads out of them.
 */
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { ThawError } from '../errors.ts';

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

export function refused(path: string): ThawError {
  return new ThawError('permission_denied', `${path} is outside of the directories that Thaw may use here.`, {
    next: 'Use a path inside them, or let the user start thaw mcp with --host-paths DIR (THAW_HOST_PATHS).',
  });
}

const isInside = (path: string, root: string): boolean =>
  path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);

export class Allowlist {
  readonly #roots: readonly string[];

  /** `roots` are comma-separated directories; what is not there allows nothing until it is. */
  constructor(roots: string) {
    this.#roots = roots
      .split(',')
      .map((root) => root.trim())
      .filter((root) => root !== '' && isAbsolute(root));
  }

  /** Throws `permission_denied` unless the resolved path is inside a directory of the list as that is now. */
  async check(real: string, shown: string): Promise<void> {
    for (const root of this.#roots) {
      const place = await realpath(root).catch(() => null);
      if (place !== null && isInside(real, place)) return;
    }
    throw refused(shown);
  }

  /** Where an existing path really is. Throws `file_not_found` only for what is inside, so that nothing is learnt of the rest. */
  async existing(path: string): Promise<string> {
    if (!isAbsolute(path) || path.includes('\0')) throw refused(path);
    const real = await realpath(path).catch(() => null);
    if (real !== null) {
      await this.check(real, path);
      return real;
    }
    await this.#nearest(resolve(path), path);
    throw new ThawError('file_not_found', `${path} is not there.`, {
      next: 'Check the path on this machine.',
    });
  }

  /** Where a path that may not exist would be: its nearest existing directory, resolved, and the rest. */
  async future(path: string): Promise<string> {
    if (!isAbsolute(path) || path.includes('\0')) throw refused(path);
    const facts = await lstat(path).catch(() => null);
    // The last part is never followed when it is a link.
    return facts?.isDirectory() === true
      ? await this.existing(path)
      : await this.#nearest(resolve(path), path);
  }

  async #nearest(clean: string, shown: string): Promise<string> {
    const rest: string[] = [basename(clean)];
    for (let directory = dirname(clean); ; directory = dirname(directory)) {
      const real = await realpath(directory).catch(() => null);
      if (real !== null) {
        await this.check(real, shown);
        return join(real, ...rest);
      }
      if (directory === dirname(directory)) throw refused(shown);
      rest.unshift(basename(directory));
    }
  }
}
