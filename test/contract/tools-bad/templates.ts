/** Wrong arguments for the tools for templates. */
import type { BadCall } from './bad-call.ts';

export const templateBadCalls: readonly BadCall[] = [
  ['snapshot_create', {}, '"name" is required'],
  ['snapshot_create', { name: 'a', imageName: 'debian' }, 'Image name must include a tag'],
  ['snapshot_create', { name: 'a', imageName: 'debian:latest' }, 'Images with tag ":latest" are not allowed'],
  ['snapshot_create', { name: 'a', imageName: 'de bian:1' }, 'is no image reference'],
  ['snapshot_create', { name: 'a', buildInfo: { dockerfileContent: ' ' } }, 'must not be empty'],
  [
    'snapshot_create',
    { name: 'a', buildInfo: { dockerfileContent: 'FROM a', context: [{ path: '../a', content: '' }] } },
    'must be relative',
  ],
  [
    'snapshot_create',
    { name: 'a', buildInfo: { dockerfileContent: 'FROM a', context: [{ path: '/etc/a', content: '' }] } },
    'must be relative',
  ],
  ['snapshot_create', { name: 'a', context: '/home/user' }, 'unknown argument "context"'],
  ['snapshot_create', { name: 'a', rootfs: { path: '/a' } }, 'rootfs.sandbox'],
  ['snapshot_create', { name: 'a', pool: 17 }, '"pool": '],
  ['snapshot_activate', {}, '"snapshot" is required'],
  ['snapshot_deactivate', { snapshot: '' }, '"snapshot": '],
  ['snapshot_build_logs', { snapshot: 'a', maxBytes: -1 }, '"maxBytes": '],
  ['snapshot_build_logs_url', {}, '"snapshot" is required'],
  ['sandbox_build_logs', { sandbox: 'a', follow: true }, 'unknown argument "follow"'],
  ['sandbox_build_logs_url', { box: 'a' }, 'is not an argument of sandbox_build_logs_url: use "sandbox"'],
  ['snapshot_list', { limit: 0 }, '"limit": '],
  ['snapshot_get', {}, '"snapshot" is required'],
  ['snapshot_delete', { snapshot: 5 }, '"snapshot": '],
];
