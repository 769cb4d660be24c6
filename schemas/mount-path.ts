/** Where a volume may be mounted in a sandbox: the API's rules, in its words. */
import { z } from 'zod';

const SYSTEM_DIRECTORIES = ['/proc', '/sys', '/dev', '/boot', '/etc', '/bin', '/sbin', '/lib', '/lib64'];

const withoutTrailingSlash = (path: string): string => path.replace(/\/$/, '');

const isBelow = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(`${directory}/`);

/** What speaks against a mount path, or null. */
function objection(path: string): string | null {
  if (!path.startsWith('/')) return 'must be absolute';
  if (/^\/+$/.test(path)) return 'cannot mount to the root directory';
  if (path.split('/').some((part) => part === '.' || part === '..'))
    return 'cannot contain relative path components';
  if (path.includes('//')) return 'cannot contain consecutive slashes';
  if (SYSTEM_DIRECTORIES.some((directory) => isBelow(path, directory)))
    return 'cannot mount to system directory';
  return /\p{Cc}/u.test(path) ? 'cannot contain control characters' : null;
}

export const MountPath = z
  .string()
  .min(1)
  .max(4_096)
  .superRefine((path, check) => {
    const why = objection(path);
    if (why !== null) check.addIssue({ code: 'custom', message: `Invalid mount path ${path} (${why})` });
  });

/** More would make a start slow; no client needs as many. */
const MAX_MOUNTS = 32;

/** The volumes of one sandbox; no two at the same place. */
export const VolumeMounts = z
  .array(
    z.strictObject({
      volumeId: z.string().min(1).max(128).describe('Id or name'),
      mountPath: MountPath,
      subpath: z.string().optional(),
    }),
  )
  .max(MAX_MOUNTS)
  .superRefine((mounts, check) => {
    const paths = mounts.map(({ mountPath }) => withoutTrailingSlash(mountPath));
    const twice = paths.find((path, index) => paths.indexOf(path) !== index);
    if (twice !== undefined)
      check.addIssue({
        code: 'custom',
        message: `Invalid mount path ${twice} (two volumes at the same place)`,
      });
  });
export type VolumeMounts = z.infer<typeof VolumeMounts>;
