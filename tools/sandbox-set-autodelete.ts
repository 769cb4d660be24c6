/** sandbox_set_autodelete: the autoDeleteInterval of a sandbox. */
import { z } from 'zod';
import { Sandbox } from '../schemas/sandbox.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { ChangedSandbox, DeleteInterval } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_set_autodelete',
  title: 'Set the auto-delete interval',
  description:
    'Sets after how many minutes a stopped sandbox is deleted with its files; negative never, 0 as soon as it is stopped.',
  kind: 'change',
  group: 'settings',
  input: z.strictObject({ sandbox: SandboxRef, interval: DeleteInterval }),
  output: ChangedSandbox.extend({ autoDeleteInterval: Sandbox.shape.autoDeleteInterval }),
  handle: ({ sandbox, interval }, { backend, context }) =>
    requireGroup(backend, 'settings').setAutoDelete(sandbox, interval, context),
});
