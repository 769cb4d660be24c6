/** Wrong arguments for the tools for previews. */
import type { BadCall } from './bad-call.ts';

export const previewBadCalls: readonly BadCall[] = [
  ['sandbox_preview_url', { sandbox: 'box', port: 0 }, '"port": Invalid port'],
  ['sandbox_preview_url', { sandbox: 'box', port: '3000' }, '"port": '],
  ['sandbox_signed_preview_url', { sandbox: 'box', port: 65_536 }, '"port": Invalid port'],
  [
    'sandbox_signed_preview_url',
    { sandbox: 'box', port: 80, expiresInSeconds: 86_401 },
    '"expiresInSeconds": expiresInSeconds must be between 1 second and 24 hours',
  ],
  ['sandbox_expire_preview_url', { sandbox: 'box', port: 80 }, '"token" is required'],
  ['sandbox_ports', { sandbox: 'box', port: 80 }, 'unknown argument "port"'],
];
