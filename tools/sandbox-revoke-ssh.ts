/** sandbox_revoke_ssh: ends SSH access and live sessions. */
import { z } from 'zod';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { RevokedSshSummary, SshToken } from '../schemas/ssh.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_revoke_ssh',
  title: 'End SSH access',
  description: 'Ends SSH access to a sandbox at once, live sessions included.',
  kind: 'change',
  group: 'ssh',
  input: z.strictObject({ sandbox: SandboxRef, token: SshToken.optional().describe('Default: all') }),
  output: RevokedSshSummary,
  handle: ({ sandbox, token }, { backend, context }) =>
    requireGroup(backend, 'ssh').revoke(sandbox, token ?? null, context),
});
