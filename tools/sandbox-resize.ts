/** sandbox_resize: another share of the host. */
import { z } from 'zod';
import { Sandbox } from '../schemas/sandbox.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { ChangedSandbox, ResizeSandbox } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_resize',
  title: 'Resize a sandbox',
  description:
    'Changes the limits of a sandbox; give at least one. A started sandbox can only grow, at once and without a restart; a stopped one can change either way. Disk sizes cannot be changed where the storage driver has no quotas.',
  kind: 'change',
  group: 'lifecycle',
  input: z.strictObject({ sandbox: SandboxRef, ...ResizeSandbox.shape }),
  output: ChangedSandbox.extend({
    cpu: Sandbox.shape.cpu,
    memory: Sandbox.shape.memory,
    disk: Sandbox.shape.disk,
  }),
  handle: ({ sandbox, ...wanted }, { backend, context }) =>
    requireGroup(backend, 'lifecycle').resize(sandbox, wanted, context),
});
