/** sandbox_set_labels: all its labels at once. */
import { z } from 'zod';
import { Sandbox } from '../schemas/sandbox.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { ChangedSandbox, ReplaceLabels } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_set_labels',
  title: 'Set labels',
  description:
    'Replaces all labels of a sandbox, in any state. Labels that are not given are removed. sandbox_list finds sandboxes by label.',
  kind: 'change',
  group: 'settings',
  input: z.strictObject({ sandbox: SandboxRef, ...ReplaceLabels.shape }),
  output: ChangedSandbox.extend({ labels: Sandbox.shape.labels }),
  handle: ({ sandbox, labels }, { backend, context }) =>
    requireGroup(backend, 'settings').setLabels(sandbox, labels, context),
});
