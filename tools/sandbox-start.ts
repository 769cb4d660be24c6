/** sandbox_start: a stopped sandbox runs again. */
import { SandboxSummary } from '../schemas/sandbox.ts';
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_start',
  title: 'Start a sandbox',
  description:
    'Starts a stopped sandbox and waits until it takes commands. Its files are as they were; the processes from before the stop are gone. A sandbox that already runs is left as it is. Next: sandbox_exec.',
  kind: 'change',
  group: 'lifecycle',
  input: SandboxOnly,
  output: SandboxSummary,
  handle: ({ sandbox }, { backend, context }) => requireGroup(backend, 'lifecycle').start(sandbox, context),
});
