/** Wrong arguments for the tools for volumes, and for mounting them. */
import type { BadCall } from './bad-call.ts';

const mounted = (...mountPaths: readonly string[]): Record<string, unknown> => ({
  volumes: mountPaths.map((mountPath) => ({ volumeId: 'data', mountPath })),
});

/** What the API says of a mount path, after the argument that it is about. */
const at = (path: string, why: string): string =>
  `"volumes.0.mountPath": Invalid mount path ${path} (${why})`;

export const volumeBadCalls: readonly BadCall[] = [
  ['volume_create', {}, '"name" is required'],
  ['volume_create', { name: '<b>' }, '"name": '],
  ['volume_list', { includeDeleted: true }, 'unknown argument "includeDeleted"'],
  ['volume_get', { name: 'data' }, '"name" is not an argument of volume_get: use "volume"'],
  ['volume_delete', { volume: '' }, '"volume": '],
  ['sandbox_create', mounted('data'), at('data', 'must be absolute')],
  ['sandbox_create', mounted('/'), at('/', 'cannot mount to the root directory')],
  ['sandbox_create', mounted('/a/../etc'), at('/a/../etc', 'cannot contain relative path components')],
  ['sandbox_create', mounted('/a/./b'), at('/a/./b', 'cannot contain relative path components')],
  ['sandbox_create', mounted('/a//b'), at('/a//b', 'cannot contain consecutive slashes')],
  ['sandbox_create', mounted('/proc'), at('/proc', 'cannot mount to system directory')],
  ['sandbox_create', mounted('/etc/x'), at('/etc/x', 'cannot mount to system directory')],
  ['sandbox_create', mounted('/lib64/'), at('/lib64/', 'cannot mount to system directory')],
  [
    'sandbox_create',
    mounted('/a', '/a/'),
    '"volumes": Invalid mount path /a (two volumes at the same place)',
  ],
  ['sandbox_create', { volumes: [{ mountPath: '/a' }] }, '"volumes.0.volumeId"'],
];
