/** The files of this machine that a connection may use, by the directories that its user named. */
import type { HostAccess } from '../../tools/host-access.ts';
import { Allowlist } from './allowlist.ts';
import { readSource } from './source.ts';
import { openTarget } from './target.ts';

/** `directories` are comma-separated and absolute. */
export function hostAccess(directories: string): HostAccess {
  const allowed = new Allowlist(directories);
  return {
    source: async (path) => await readSource(allowed, path),
    target: async (path, options) => await openTarget(allowed, path, options),
  };
}
