/** Good calls of the tools for SSH access. */
import { SANDBOX_ID, sandboxFixture } from '../../support/sandbox-fixture.ts';
import type { GoodCall } from './good-call.ts';

const access = {
  id: '22222222-2222-4222-8222-222222222222',
  sandboxId: SANDBOX_ID,
  token: 'abc',
  expiresAt: '2026-05-01T11:00:00.000Z',
  createdAt: '2026-05-01T10:00:00.000Z',
  updatedAt: '2026-05-01T10:00:00.000Z',
  sshCommand: 'ssh -p 2222 abc@127.0.0.1',
  sshConfig: 'Host thaw-box\n',
};

export const sshCases: readonly GoodCall[] = [
  {
    tool: 'sandbox_create_ssh',
    given: { sandbox: 'box' },
    plan: { ssh: { create: async () => access } },
    operation: 'ssh.create',
    passed: ['box', { expiresInMinutes: 60 }],
    answered: access,
  },
  {
    tool: 'sandbox_revoke_ssh',
    given: { sandbox: 'box' },
    plan: { ssh: { revoke: async () => ({ ...sandboxFixture(), revoked: 1 }) } },
    operation: 'ssh.revoke',
    passed: ['box', null],
    answered: { name: 'box', revoked: 1 },
  },
  {
    tool: 'sandbox_validate_ssh',
    given: { token: 'abc' },
    plan: { ssh: { validate: async () => ({ valid: false, sandboxId: null }) } },
    operation: 'ssh.validate',
    passed: ['abc'],
    answered: { valid: false, sandboxId: null },
  },
];
