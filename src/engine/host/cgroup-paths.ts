/** Where a container's cgroup files are, read from `/proc/<pid>/cgroup` (cgroups(7)). */
import { ThawError } from '../../errors.ts';

/** Where the host's cgroup tree is mounted inside of the helper. */
export const CGROUP_MOUNT = '/host/cgroup';

/** How the host arranges cgroups: v2 alone, v1 with a v2 tree beside it, or v1 alone. */
export type CgroupLayout = 'unified' | 'hybrid' | 'legacy';

/** Directories of one container inside the helper, without a slash at the end. */
export interface CgroupPaths {
  /** The container's place in the v2 tree, where it has one. */
  readonly unified: string | null;
  /** Its directory for each v1 controller. */
  readonly controllers: Readonly<Record<string, string>>;
}

/** Parses the lines `id:controllers:path` of `/proc/<pid>/cgroup`. */
export function parseCgroupFile(text: string, layout: CgroupLayout): CgroupPaths {
  const unifiedMount = layout === 'unified' ? CGROUP_MOUNT : `${CGROUP_MOUNT}/unified`;
  const controllers: Record<string, string> = {};
  let unified: string | null = null;
  for (const line of text.split('\n')) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    if (match === null) continue;
    const [, names = '', path = ''] = match;
    // Paths come from the kernel, but a process may sit in the root: freezing that would freeze the host.
    if (path === '/' || path.includes('/../')) continue;
    if (names === '') unified = layout === 'legacy' ? null : `${unifiedMount}${path}`;
    // A v1 hierarchy that something else mounts beside a pure v2 tree is not Docker's, and not in the helper.
    else if (layout !== 'unified')
      for (const name of names.split(',')) controllers[name] = `${CGROUP_MOUNT}/${names}${path}`;
  }
  if (unified === null && controllers['freezer'] === undefined) {
    throw new ThawError('engine_error', 'The container has no cgroup of its own that could be frozen.', {
      next: 'Start Thaw with THAW_HELPER=off, so that it freezes through the Docker Engine.',
    });
  }
  return { unified, controllers };
}
