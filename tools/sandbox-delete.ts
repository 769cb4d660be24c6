/** sandbox_delete: a sandbox and its files are gone. */
import { SandboxSummary } from '../schemas/sandbox.ts';
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_delete',
  title: 'Delete a sandbox',
  description:
    'Deletes a sandbox with its files and processes, whatever its state. This cannot be undone. Use sandbox_stop to keep the files.',
  kind: 'destroy',
  group: 'lifecycle',
  input: SandboxOnly,
  output: SandboxSummary,
  handle: ({ sandbox }, { backend, context }) => requireGroup(backend, 'lifecycle').delete(sandbox, context),
});
