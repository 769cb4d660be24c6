/** What changes in each sandbox without anybody in it having changed it. Pure. */
import type { SandboxRecord } from '../store/records.ts';
import { isWithin } from './entry.ts';

/** Of the runtime, which mounts them, and Thaw's own: its mount point, and its commands with their output. */
const OWN_PLACES = [
  '.thaw',
  'var/lib/thaw',
  'proc',
  'sys',
  'dev',
  '.dockerenv',
  'etc/hostname',
  'etc/hosts',
  'etc/resolv.conf',
];
/** What a fork gets anew (`fork/identity.ts`). */
const IDENTITY = /^(etc\/machine-id|var\/lib\/dbus\/machine-id|etc\/ssh\/ssh_host_[^/]*_key(\.pub)?)$/;

const asKey = (path: string): string =>
  Buffer.from(path.replace(/^\/+|\/+$/g, ''), 'utf8').toString('latin1');

/** Whether a path is to be passed over in a sandbox, its volumes included. */
export function leftOutOf({ volumes, parentId }: Pick<SandboxRecord, 'volumes' | 'parentId'>) {
  const places = [...OWN_PLACES, ...volumes.map(({ mountPath }) => asKey(mountPath))];
  return (path: string): boolean =>
    places.some((place) => isWithin(path, place)) || (parentId !== null && IDENTITY.test(path));
}
