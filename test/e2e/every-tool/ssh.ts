/** Access over SSH. */
import type { Step } from './step.ts';

const sandbox = 'reached';

export const sshSteps: readonly Step[] = [
  { tool: 'sandbox_create', given: { name: sandbox }, answered: { name: sandbox } },
  { tool: 'sandbox_create_ssh', given: { sandbox: 'none-such' }, refused: 'sandbox_not_found' },
  { tool: 'sandbox_create_ssh', given: { sandbox }, answered: {} },
  {
    tool: 'sandbox_validate_ssh',
    given: (answers) => ({ token: answers.get('sandbox_create_ssh')?.['token'] }),
    answered: { valid: true },
  },
  { tool: 'sandbox_validate_ssh', given: {}, refused: 'invalid_argument' },
  { tool: 'sandbox_revoke_ssh', given: { sandbox }, answered: { revoked: 1 } },
  { tool: 'sandbox_revoke_ssh', given: { sandbox: 'none-such' }, refused: 'sandbox_not_found' },
  { tool: 'sandbox_delete', given: { sandbox }, answered: { state: 'destroyed' } },
];
