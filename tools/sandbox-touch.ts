/** sandbox_touch: it is in use. */
import { Sandbox } from '../schemas/sandbox.ts';
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { ChangedSandbox } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_touch',
  title: 'Note activity',
  description:
    'Notes that a sandbox is in use, so that its auto-stop interval begins anew. Tool calls that use it and commands that run do this by themselves; processes in the background do not.',
  kind: 'change',
  group: 'settings',
  input: SandboxOnly,
  output: ChangedSandbox.extend({ lastActivityAt: Sandbox.shape.lastActivityAt }),
  handle: ({ sandbox }, { backend, context }) => requireGroup(backend, 'settings').touch(sandbox, context),
});
