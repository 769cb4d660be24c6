/** sandbox_ancestors: the line of sources of a fork. */
import { SandboxFamily } from '../schemas/copies.ts';
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_ancestors',
  title: 'List the ancestors of a fork',
  description:
    'The sandboxes that this one descends from by forks, the oldest first and the direct source last, at most 50.',
  kind: 'read',
  group: 'forks',
  input: SandboxOnly,
  output: SandboxFamily,
  handle: async ({ sandbox }, { backend, context }) => ({
    items: [...(await requireGroup(backend, 'forks').ancestors(sandbox, context))],
  }),
});
