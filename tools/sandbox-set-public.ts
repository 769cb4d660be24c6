/** sandbox_set_public: whether previews need a token. */
import { z } from 'zod';
import { Sandbox } from '../schemas/sandbox.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { ChangedSandbox } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_set_public',
  title: 'Set public access',
  description: 'Says whether previews of a sandbox need no token, in any state.',
  kind: 'change',
  group: 'settings',
  input: z.strictObject({ sandbox: SandboxRef, isPublic: z.boolean() }),
  output: ChangedSandbox.extend({ public: Sandbox.shape.public }),
  handle: ({ sandbox, isPublic }, { backend, context }) =>
    requireGroup(backend, 'settings').setPublic(sandbox, isPublic, context),
});
