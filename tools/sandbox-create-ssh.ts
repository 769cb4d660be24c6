/** sandbox_create_ssh: a token with which a person or a program reaches a sandbox over SSH. */
import { z } from 'zod';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { DEFAULT_SSH_MINUTES, SshAccess, SshMinutes } from '../schemas/ssh.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_create_ssh',
  title: 'Give SSH access',
  description:
    'Makes a token for ssh, scp, sftp, rsync, git and IDEs on the host of Thaw. It is the only credential: give it to the user alone. Ends an earlier token of the sandbox and its sessions.',
  kind: 'write',
  group: 'ssh',
  input: z.strictObject({ sandbox: SandboxRef, expiresInMinutes: SshMinutes.optional() }),
  output: SshAccess,
  handle: ({ sandbox, expiresInMinutes = DEFAULT_SSH_MINUTES }, { backend, context }) =>
    requireGroup(backend, 'ssh').create(sandbox, { expiresInMinutes }, context),
});
