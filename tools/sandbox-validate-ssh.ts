/** sandbox_validate_ssh: whether an SSH token is valid, and for which sandbox. */
import { z } from 'zod';
import { SshAccessValidation, SshToken } from '../schemas/ssh.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_validate_ssh',
  title: 'Check an SSH token',
  description: 'Tells whether an SSH token is valid now, and for which sandbox.',
  kind: 'read',
  group: 'ssh',
  input: z.strictObject({ token: SshToken }),
  output: SshAccessValidation,
  handle: ({ token }, { backend, context }) => requireGroup(backend, 'ssh').validate(token, context),
});
