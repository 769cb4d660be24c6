/** Wrong arguments for the tools for SSH access. */
import type { BadCall } from './bad-call.ts';

export const sshBadCalls: readonly BadCall[] = [
  ['sandbox_create_ssh', { sandbox: 'box', expiresInMinutes: 0 }, '"expiresInMinutes": '],
  ['sandbox_create_ssh', { sandbox: 'box', minutes: 5 }, 'use "expiresInMinutes"'],
  ['sandbox_revoke_ssh', { sandbox: 'box', token: '' }, '"token": '],
  ['sandbox_validate_ssh', {}, '"token" is required'],
];
